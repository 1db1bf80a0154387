namespace Shop.Bench.Measuring;

/// <summary>What of a histogram goes into reports. All in microseconds.</summary>
public sealed record Latency(double P50, double P90, double P95, double P99, double P999, double Max, double Mean)
{
    public static Latency Of(Histogram nanoseconds) => new(
        At(nanoseconds, 50), At(nanoseconds, 90), At(nanoseconds, 95), At(nanoseconds, 99), At(nanoseconds, 99.9),
        nanoseconds.Max / 1000.0, Math.Round(nanoseconds.Mean / 1000, 1));

    internal static double At(Histogram nanoseconds, double percent) => nanoseconds.Percentile(percent) / 1000.0;
}

/// <param name="Percent">Share of the requests that took no longer.</param>
public sealed record PercentilePoint(double Percent, double Microseconds)
{
    private static readonly double[] Percents =
        [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999];

    /// <summary>As far as the number of values supports: p99.9 of 100 values would be one value under another name.</summary>
    public static IReadOnlyList<PercentilePoint> Of(Histogram nanoseconds) =>
        [.. Percents.Where(percent => nanoseconds.Count * (100 - percent) >= 100)
            .Select(percent => new PercentilePoint(percent, Latency.At(nanoseconds, percent)))];
}

/// <summary>One second of the measured time. Latencies in microseconds.</summary>
/// <param name="Second">From 0, the first one after the warm-up.</param>
/// <param name="Wrong">Answers of another status than expected, and calls without an answer.</param>
public sealed record SecondSample(int Second, long Answers, long Wrong, double P50, double P90, double P99);
