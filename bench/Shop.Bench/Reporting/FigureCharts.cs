using System.Globalization;
using Shop.Bench.Measuring;

namespace Shop.Bench.Reporting;

/// <summary>The charts of one figure. Rounds stand one after another on the time axis.</summary>
internal static class FigureCharts
{
    public static IEnumerable<LineChart> Of(Figure figure)
    {
        var samples = Joined(figure, out var separators);
        if (samples.Count > 0)
        {
            yield return new LineChart(
                "Throughput over time", "measured second, rounds one after another", "answers/s",
                [new Line("answers/s", 1, [.. samples.Select(s => ((double)s.Second, (double)s.Answers))])], null, separators);
            yield return new LineChart(
                "Latency over time", "measured second, rounds one after another", "ms",
                [Percentile("p50", 1, s => s.P50), Percentile("p90", 2, s => s.P90), Percentile("p99", 3, s => s.P99)], null, separators);
        }
        if (figure.Percentiles.Count > 0) yield return Distribution(figure.Percentiles);

        Line Percentile(string name, int style, Func<SecondSample, double> value) =>
            new(name, style, [.. samples.Select(s => ((double)s.Second, value(s) / 1000))]);
    }

    /// <summary>Each nine of the percentile is given the same room, so that the tail can be seen.</summary>
    private static LineChart Distribution(IReadOnlyList<PercentilePoint> percentiles) => new(
        "Latency by percentile", "percentile", "ms",
        [new Line("all rounds", 1, [.. percentiles.Select(p => (Nines(p.Percent), p.Microseconds / 1000))])],
        [.. new[] { 0, 50, 90, 99, 99.9, 99.99, 99.999 }.Where(p => p <= percentiles[^1].Percent)
            .Select(p => (Nines(p), "p" + p.ToString(CultureInfo.InvariantCulture)))]);

    private static double Nines(double percent) => -Math.Log10(1 - (percent / 100));

    private static List<SecondSample> Joined(Figure figure, out List<double> separators)
    {
        var samples = new List<SecondSample>();
        separators = [];
        foreach (var round in figure.Rounds)
        {
            var offset = samples.Count == 0 ? 0 : samples[^1].Second + 1;
            if (offset > 0) separators.Add(offset - 0.5);
            samples.AddRange(round.Samples.Select(sample => sample with { Second = sample.Second + offset }));
        }
        return samples;
    }
}
