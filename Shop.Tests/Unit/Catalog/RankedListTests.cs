using Shop.Catalog.Search;

namespace Shop.Tests.Unit.Catalog;

public sealed class RankedListTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("耳机 headphones")]
    public void What_was_written_is_read(string? corrected)
    {
        var list = new RankedList(RankedList.NewId(), DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_123), [7, 1, long.MaxValue, 300], corrected);
        var read = RankedList.FromBytes(list.ToBytes())!;
        Assert.Equal((list.Id, list.Made, list.Corrected), (read.Id, read.Made, read.Corrected));
        Assert.Equal(list.Ids, read.Ids);
    }

    [Fact]
    public void Anything_else_is_no_list()
    {
        var bytes = new RankedList(RankedList.NewId(), DateTimeOffset.UnixEpoch, [1, 2, 3000], null).ToBytes();
        for (var length = 0; length < bytes.Length; length++) Assert.Null(RankedList.FromBytes(bytes[..length]));
        Assert.Null(RankedList.FromBytes([.. Enumerable.Repeat((byte)255, 100)]));
    }
}
