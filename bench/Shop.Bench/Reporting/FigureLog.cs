using Shop.Bench.Load;
using Shop.Bench.Measuring;

namespace Shop.Bench.Reporting;

/// <summary>What a figure is, before it has rounds.</summary>
public sealed record FigureFacts(string Name, string What, string MeasuredAt, string Load, string Sampling, string Pinning);

/// <summary>Collects rounds of several figures, in whatever order they are run.</summary>
public sealed class FigureLog
{
    private readonly List<(FigureFacts Facts, List<RoundOutcome> Rounds)> _figures = [];

    /// <summary>A round that measured nothing, because the run was ended, is left out.</summary>
    public void Add(FigureFacts facts, RoundOutcome outcome)
    {
        if (outcome.Round.Seconds <= 0) return;
        var known = _figures.Find(figure => figure.Facts.Name == facts.Name);
        if (known.Rounds is null) _figures.Add((facts, [outcome]));
        else known.Rounds.Add(outcome);
    }

    public IReadOnlyList<Figure> Figures() => [.. _figures.Select(figure => Of(figure.Facts, figure.Rounds))];

    private static Figure Of(FigureFacts facts, List<RoundOutcome> rounds)
    {
        var all = new Histogram(rounds[0].Histogram.Digits);
        foreach (var round in rounds) all.Merge(round.Histogram);
        return new Figure(
            facts.Name, facts.What, facts.MeasuredAt, facts.Load, facts.Sampling, facts.Pinning,
            Median([.. rounds.Select(round => round.Round.Rate)]), Latency.Of(all), PercentilePoint.Of(all),
            [.. rounds.Select(round => round.Round)]);
    }

    /// <summary>The middle value; the mean of the two in the middle of an even number.</summary>
    internal static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
