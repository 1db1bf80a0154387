using Shop.Catalog.StockEvents;

namespace Shop.Tests.Unit.Catalog;

public sealed class StockNewsTests
{
    [Theory]
    [InlineData(6, 5, null, true)]
    [InlineData(6, 6, null, false)]
    [InlineData(5, 4, null, false)]
    [InlineData(9, 4, true, false)]
    [InlineData(4, 4, false, true)]
    [InlineData(0, 9, true, false)]
    public void It_becomes_low_once_on_each_way_down(int before, int now, bool? wasLow, bool becomes) =>
        Assert.Equal(becomes, News(before, now, wasLow).BecameLow);

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 0, false)]
    [InlineData(1, 2, false)]
    public void It_comes_back_from_nothing_only(int before, int now, bool back) => Assert.Equal(back, News(before, now, wasLow: true).CameBack);

    [Fact]
    public void What_is_no_longer_sold_is_neither_low_nor_back() =>
        Assert.Equal(
            (false, false),
            ((News(9, 1, wasLow: false) with { OnSale = false }).BecameLow, (News(0, 9, wasLow: true) with { OnSale = false }).CameBack));

    private static StockNews News(int before, int now, bool? wasLow) => new(1, 1, "A", true, before, now, 2, Threshold: 5, wasLow, Due: true);
}
