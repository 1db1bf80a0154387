namespace Shop.Bench.Load;

/// <summary>How the arrivals of an open loop are spread.</summary>
public enum ArrivalSpread
{
    /// <summary>Independent of each other, as those of many people are.</summary>
    Poisson,

    /// <summary>At equal distances.</summary>
    Even,
}

/// <summary>When calls are due: a fixed mean rate that does not care how the service is doing.</summary>
/// <param name="PerSecond">Mean rate.</param>
public sealed record Arrivals(double PerSecond, ArrivalSpread Spread)
{
    /// <summary>Time stamps from <paramref name="start"/> on, without end.</summary>
    /// <param name="frequency">Time stamps per second.</param>
    public IEnumerable<long> From(long start, long frequency, Random random)
    {
        var (gap, due) = (frequency / PerSecond, (double)start);
        while (true)
        {
            yield return (long)due;
            due += Spread == ArrivalSpread.Even ? gap : -Math.Log(1 - random.NextDouble()) * gap;
        }
    }
}
