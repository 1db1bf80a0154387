using Shop.Bench.Browse;
using Shop.Bench.Measuring;
using Shop.Bench.Reporting;
using Shop.Bench.Reserve;

namespace Shop.Tests.Unit.Bench;

public sealed class VerdictTests
{
    [Fact]
    public void Reservations_are_held_against_pgbench_single_updates_and_the_bare_endpoint()
    {
        Figure[] figures =
        [
            Figure("batch, cold", 9_000), Figure("batch, hot", 12_000), Figure("batch, sold out", 20_000), Figure("single, hot", 2_100),
            Figure(ReserveSteps.PgbenchCold, 6_000), Figure(ReserveSteps.BareRefused, 50_000),
        ];
        var verdicts = ReserveVerdicts.Of(figures, ["batch", "single"]);

        Assert.Equal((1.5, true), Judged(verdicts, "batch, cold / pgbench, cold"));
        Assert.Equal((5.71, false), Judged(verdicts, "batch, hot / single, hot"));
        Assert.Equal((0.4, false), Judged(verdicts, "batch, sold out / bare Kestrel, refused"));
        // What was not measured is not judged, and the other implementation has no aims.
        Assert.Equal(3, verdicts.Count);
    }

    [Fact]
    public void Browsing_is_held_against_the_bare_endpoint_a_time_and_a_smaller_catalogue()
    {
        Figure[] figures =
        [
            Figure(BrowseSteps.Detail("10 thousand"), 30_000, p95: 2_000), Figure(BrowseSteps.Detail("1 million"), 20_000, p95: 3_000),
            Figure(BrowseSteps.Search("10 thousand"), 900, p95: 20_000), Figure(BrowseSteps.Search("1 million"), 300, p95: 50_200),
            Figure(BrowseSteps.BareDetail, 51_000),
        ];
        var verdicts = BrowseVerdicts.Of(figures, ["10 thousand", "1 million"]);

        Assert.Equal((0.59, false), Judged(verdicts, "detail, 10 thousand products / bare Kestrel, detail bytes"));
        Assert.Equal([20.0, 50.2], verdicts.Where(verdict => verdict.Unit == "ms").Select(verdict => verdict.Value));
        Assert.Equal([true, false], verdicts.Where(verdict => verdict.Unit == "ms").Select(verdict => verdict.Met));
        Assert.Equal((1.5, true), Judged(verdicts, "p95 of detail, 1 million products / detail, 10 thousand products"));
        Assert.Equal((2.51, false), Judged(verdicts, "p95 of search, 1 million products / search, 10 thousand products"));
    }

    [Fact]
    public void An_aim_is_not_met_by_figures_of_which_more_than_one_call_in_a_thousand_went_wrong()
    {
        Assert.True(Met(wrong: 10));
        Assert.False(Met(wrong: 11));

        static bool? Met(long wrong)
        {
            var refusing = Figure("single, hot", 100) with { Rounds = [new(1, 0, 1, 9_990, 9_990, 0, new Dictionary<string, long> { ["503"] = wrong }, new Latency(0, 0, 0, 0, 0, 0, 0), null, new Dictionary<string, double>(), [])] };
            return Assert.Single(ReserveVerdicts.Of([Figure("batch, hot", 1_000), refusing], ["batch", "single"])).Met;
        }
    }

    private static (double Value, bool? Met) Judged(IReadOnlyList<Verdict> verdicts, string how)
    {
        var verdict = Assert.Single(verdicts, verdict => verdict.How == how);
        return (verdict.Value, verdict.Met);
    }

    private static Figure Figure(string name, double rate, double p95 = 1_000) =>
        new(name, "", "", "", "", "", rate, new Latency(0, 0, p95, 0, 0, 0, 0), [], []);
}
