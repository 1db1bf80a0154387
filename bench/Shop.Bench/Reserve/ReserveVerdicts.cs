using Shop.Bench.Reporting;

namespace Shop.Bench.Reserve;

/// <summary>The aims of reservations, judged by medians of one run.</summary>
internal static class ReserveVerdicts
{
    private const double ColdAgainstPgbench = 1.5;
    private const double HotAgainstSingle = 6;
    private const double SoldOutAgainstBare = 0.5;

    public static IReadOnlyList<Verdict> Of(IReadOnlyList<Figure> figures, IReadOnlyList<string> strategies)
    {
        var verdicts = new List<Verdict>();
        foreach (var strategy in strategies)
        {
            // The aims are for the shop as it is configured by default; the other implementation is there to be compared with.
            var bound = strategy == strategies[0];
            Add("cold products against pgbench", ReserveSteps.Cold(strategy), ReserveSteps.PgbenchCold, bound ? ColdAgainstPgbench : null);
            Add("cold products against pgbench in two round trips", ReserveSteps.Cold(strategy), ReserveSteps.PgbenchColdPipelined, null);
            Add("cold products against the bare endpoint", ReserveSteps.Cold(strategy), ReserveSteps.BareGranted, null);
            Add("one hot product against pgbench", ReserveSteps.Hot(strategy), ReserveSteps.PgbenchHot, null);
            Add("one hot product against unit rows", ReserveSteps.Hot(strategy), ReserveSteps.UnitRows, null);
            Add("sold out against the bare endpoint", ReserveSteps.SoldOut(strategy), ReserveSteps.BareRefused, bound ? SoldOutAgainstBare : null);
        }
        foreach (var other in strategies.Skip(1))
            Add("one hot product against one update per request", ReserveSteps.Hot(strategies[0]), ReserveSteps.Hot(other), HotAgainstSingle);
        return [.. verdicts.OrderBy(verdict => verdict.Bound is null)];

        void Add(string name, string of, string against, double? bound)
        {
            if (Verdict.Ratio(name, figures, of, against, bound) is { } verdict) verdicts.Add(verdict);
        }
    }
}
