using Shop.Bench.Reporting;

namespace Shop.Bench.Browse;

/// <summary>The aims of browsing, judged by medians of rates and by p95 over all rounds of one run.</summary>
internal static class BrowseVerdicts
{
    private const double AgainstBare = 0.6;
    private const double SearchMilliseconds = 50;
    private const double LargeAgainstSmall = 1.5;

    public static IReadOnlyList<Verdict> Of(IReadOnlyList<Figure> figures, IReadOnlyList<string> sizes)
    {
        var verdicts = new List<Verdict?>
        {
            Verdict.Ratio("detail against the bare endpoint", figures, BrowseSteps.Detail(sizes[0]), BrowseSteps.BareDetail, AgainstBare),
            Verdict.Ratio("list against the bare endpoint", figures, BrowseSteps.List(sizes[0]), BrowseSteps.BareList, AgainstBare),
        };
        verdicts.AddRange(sizes.Select(size => SearchTime(figures, size)));
        if (sizes.Count > 1)
        {
            foreach (var of in new Func<string, string>[] { BrowseSteps.Detail, BrowseSteps.List, BrowseSteps.Search })
                verdicts.Add(Growth(figures, of(sizes[0]), of(sizes[1])));
        }
        return [.. verdicts.OfType<Verdict>()];
    }

    private static Verdict? SearchTime(IReadOnlyList<Figure> figures, string size) =>
        figures.FirstOrDefault(figure => figure.Name == BrowseSteps.Search(size)) is { } search
            ? new Verdict($"search among {size} products", "p95", Math.Round(search.Latency.P95 / 1000, 1), "ms", SearchMilliseconds, AtLeast: false,
                search.IsSound)
            : null;

    private static Verdict? Growth(IReadOnlyList<Figure> figures, string small, string large)
    {
        var (one, other) = (figures.FirstOrDefault(f => f.Name == small), figures.FirstOrDefault(f => f.Name == large));
        if (one is null || other is null || one.Latency.P95 == 0) return null;
        return new Verdict(
            $"{large} against fewer", $"p95 of {large} / {small}", Math.Round(other.Latency.P95 / one.Latency.P95, 2), "x", LargeAgainstSmall, AtLeast: false,
            one.IsSound && other.IsSound);
    }
}
