using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class HeldTypesTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_held_type_is_tried_again_after_growing_pauses_of_at_most_five_seconds()
    {
        var held = new HeldTypes(_time);
        foreach (var pause in new[] { 0.5, 1, 2, 4, 5, 5 })
        {
            held.Hold("order-paid");
            _time.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(["order-paid"], held.Current);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Empty(held.Current);
        }
    }

    [Fact]
    public void A_type_that_gets_through_begins_anew()
    {
        var held = new HeldTypes(_time);
        Assert.True(held.Hold("order-paid"));
        Assert.False(held.Hold("order-paid"));
        held.Release("order-paid");
        Assert.Empty(held.Current);
        Assert.True(held.Hold("order-paid"));
    }
}
