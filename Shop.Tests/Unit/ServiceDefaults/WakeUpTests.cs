using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class WakeUpTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void Messages_that_come_now_and_then_all_wake_the_relay()
    {
        var wakeUps = new WakeUps(_time);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(wakeUps.TryTake());
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    [Fact]
    public void Of_a_flood_only_a_few_do()
    {
        var wakeUps = new WakeUps(_time);
        var woken = 0;
        for (var i = 0; i < 10_000; i++, _time.Advance(TimeSpan.FromMilliseconds(1)))
            woken += wakeUps.TryTake() ? 1 : 0;
        Assert.InRange(woken, 200, 220);
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_silence_it()
    {
        var wakeUps = new WakeUps(_time);
        Assert.True(wakeUps.TryTake());
        _time.Advance(TimeSpan.FromHours(-1));
        Assert.True(wakeUps.TryTake());
    }
}
