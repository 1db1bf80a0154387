using Shop.Catalog.Inventory;
using Shop.Tests.Unit.ServiceDefaults;

namespace Shop.Tests.Unit.Catalog;

public sealed class ShortVariantTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMilliseconds(450);
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly ShortVariant _variant;

    public ShortVariantTests() => _variant = new ShortVariant(_time.GetTimestamp());

    [Fact]
    public void It_knows_a_shortage_only_for_those_who_want_more_than_there_is()
    {
        _variant.Learn(2, _time.GetTimestamp());
        Assert.Equal((2, null), (Ask(3), Ask(2)));
    }

    [Fact]
    public void After_its_lifetime_it_knows_nothing_whether_or_not_anybody_looked_again()
    {
        _variant.Learn(0, _time.GetTimestamp());
        _time.Advance(RefreshAfter + TimeSpan.FromMilliseconds(1));
        Assert.Equal((null, 0), (Ask(), Ask()));
        _time.Advance(Lifetime - RefreshAfter);
        Assert.Equal((null, null), (Ask(), Ask()));
    }

    [Fact]
    public void One_at_a_time_is_let_through_to_look_again()
    {
        _variant.Learn(0, _time.GetTimestamp());
        for (var round = 0; round < 3; round++)
        {
            _time.Advance(RefreshAfter + TimeSpan.FromMilliseconds(1));
            Assert.Equal((null, 0), (Ask(), Ask()));
            _variant.Learn(0, _time.GetTimestamp());
            Assert.Equal((0, 0), (Ask(), Ask()));
        }
    }

    [Fact]
    public void Those_who_hold_units_are_never_told()
    {
        var holder = Guid.CreateVersion7();
        _variant.AddHolder(1, holder);
        _variant.Learn(0, _time.GetTimestamp());
        Assert.Equal((null, 0), (Ask(order: holder), Ask()));
    }

    [Fact]
    public void What_was_asked_before_units_came_is_not_learned_after_it()
    {
        var asked = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _variant.Forget(_time.GetTimestamp());
        _variant.Learn(0, asked);
        Assert.Null(Ask());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _variant.Learn(0, _time.GetTimestamp());
        Assert.Equal(0, Ask());
    }

    private int? Ask(int wanted = 1, Guid order = default) => _variant.Shortage(wanted, order, _time, Lifetime, RefreshAfter);
}
