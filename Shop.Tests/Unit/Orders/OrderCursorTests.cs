using Shop.Orders.Events;
using Shop.Orders.Orders;

namespace Shop.Tests.Unit.Orders;

public sealed class OrderCursorTests
{
    [Fact]
    public void A_cursor_survives_the_way_to_the_client_and_back()
    {
        var cursor = new OrderCursor(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).AddTicks(1230), Guid.Parse("11223344-5566-8788-99aa-bbccddeeff00"));
        Assert.True(OrderCursor.TryParse(cursor.ToString(), out var parsed));
        Assert.Equal(cursor, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("' OR 1=1")]
    [InlineData("################################")]
    [InlineData("________________________________")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_no_cursor_is_refused(string text) => Assert.False(OrderCursor.TryParse(text, out _));

    [Theory]
    [InlineData("11223344-5566-8788-99aa-bbccddeeff00 3 paid", true)]
    [InlineData("11223344-5566-8788-99aa-bbccddeeff00 3", false)]
    [InlineData("nonsense 3 paid", false)]
    [InlineData("", false)]
    public void A_notification_is_read_or_ignored(string payload, bool ok) => Assert.Equal(ok, OrderSignal.TryParse(payload, out _));
}
