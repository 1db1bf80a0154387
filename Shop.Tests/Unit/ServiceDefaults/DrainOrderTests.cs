using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class DrainOrderTests
{
    private readonly DrainOrder _order = new(highsPerLow: 3);

    [Fact]
    public void A_low_job_waits_for_three_high_ones_at_most() =>
        Assert.Equal("HHHLHHHLHHHL", Take(high: 99, low: 99, count: 12));

    [Fact]
    public void Without_low_ones_all_turns_are_high() => Assert.Equal("HHHHHH", Take(high: 99, low: 0, count: 6));

    [Fact]
    public void Without_high_ones_all_turns_are_low() => Assert.Equal("LLLL", Take(high: 0, low: 99, count: 4));

    [Fact]
    public void High_jobs_that_overtook_nobody_do_not_count()
    {
        Assert.Equal("HHHHH", Take(high: 99, low: 0, count: 5));
        Assert.Equal("HHHL", Take(high: 99, low: 99, count: 4));
    }

    private string Take(int high, int low, int count)
    {
        var taken = "";
        for (var i = 0; i < count; i++)
        {
            var isHigh = _order.Next(high > 0, low > 0) == 0;
            (high, low) = isHigh ? (high - 1, low) : (high, low - 1);
            taken += isHigh ? 'H' : 'L';
        }

        return taken;
    }
}
