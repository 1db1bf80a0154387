using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shop.Bench.Machines;
using Shop.Bench.Measuring;
using Shop.Bench.Reporting;

namespace Shop.Tests.Unit.Bench;

public sealed partial class ReportTests
{
    [Fact]
    public void The_page_states_for_every_figure_where_how_and_on_what_it_was_measured()
    {
        var report = Sample();
        var sections = HtmlReport.Render(report).Split("<section>").Skip(1).ToArray();

        Assert.Equal(report.Figures.Count, sections.Length);
        foreach (var (figure, section) in report.Figures.Zip(sections))
        {
            string[] stated =
            [
                figure.Name, figure.What, figure.MeasuredAt, figure.Load, figure.Sampling, figure.Pinning, "c0ffee with local changes",
                "4 cores Some CPU", "2026-03-04 05:06 UTC", ".NET 10.0.9", "after 3 s of warm-up", "503 × 7", "11 dropped",
            ];
            Assert.All(stated, text => Assert.Contains(text, section, StringComparison.Ordinal));
            Assert.Equal(3, section.Split("<svg").Length - 1);
        }
    }

    [Fact]
    public void The_page_states_command_machine_servers_notes_and_verdicts()
    {
        var page = HtmlReport.Render(Sample());
        string[] stated =
        [
            "./shop load reserve --seconds 5", "12,345 MiB", "Linux 6.1.0-test", "0.10 0.20 0.30", "ext4, 8 KiB written and synced in 456 µs",
            "15.4, fsync on", "not &lt;known&gt; here", "cold against pgbench", "1.75 x", "≥ 1.5 x", "missed", "42.5 minutes",
        ];
        Assert.All(stated, text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.DoesNotContain("ended before its time", page, StringComparison.Ordinal);
        Assert.Contains("ended before its time", HtmlReport.Render(Sample() with { Complete = false }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_stands_alone()
    {
        var page = HtmlReport.Render(Sample());
        Assert.DoesNotMatch(Outside(), page);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_figure_without_a_single_answer_is_drawn_too()
    {
        var report = Sample();
        var empty = report.Figures[0] with { MedianRate = 0, Latency = Latency.Of(new Histogram(3)), Percentiles = [], Rounds = [] };
        Assert.Contains(empty.What, HtmlReport.Render(report with { Figures = [empty] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_survives_its_json()
    {
        var report = Sample();
        var json = JsonSerializer.Serialize(report, ReportJson.Default.RunReport);
        var again = JsonSerializer.Deserialize(json, ReportJson.Default.RunReport)!;

        Assert.Equal(json, JsonSerializer.Serialize(again, ReportJson.Default.RunReport));
        Assert.Equal(HtmlReport.Render(report), HtmlReport.Render(again));
        var figure = JsonNode.Parse(json)!["figures"]![0]!;
        Assert.Equal("127.0.0.1:5123", (string)figure["measuredAt"]!);
        Assert.Equal(7, (long)figure["rounds"]![0]!["wrong"]!["503"]!);
        Assert.Equal(2_500, (double)figure["perCoreSecond"]!);
        Assert.True((bool)JsonNode.Parse(json)!["verdicts"]![0]!["met"]!);
    }

    [Theory]
    [InlineData(1, 2, 3, 2)]
    [InlineData(9, 1, 5, 5)]
    public void The_median_is_the_middle(double first, double second, double third, double middle)
    {
        Assert.Equal(middle, FigureLog.Median([first, second, third]));
        Assert.Equal((first + second) / 2, FigureLog.Median([first, second]));
    }

    private static RunReport Sample()
    {
        var log = new FigureLog();
        foreach (var name in new[] { "batch, cold", "pgbench, cold" })
            for (var round = 1; round <= 2; round++)
                log.Add(new FigureFacts(name, $"What {name} does.", "127.0.0.1:5123", "closed loop, 64 callers", "1 % of requests", "service on core 0"), Round(round));
        return new RunReport(
            "reserve", new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero), 42.5, Complete: true,
            new RunFacts(
                "./shop load reserve --seconds 5", "c0ffee", Dirty: true, ".NET 10.0.9",
                new MachineFacts(4, "Some CPU", 12_345, "6.1.0-test", "0.10 0.20 0.30", "ext4", 456),
                new Dictionary<string, string> { ["PostgreSQL"] = "15.4, fsync on" }),
            log.Figures(),
            [
                new Verdict("cold against pgbench", "batch / pgbench", 1.75, "x", 1.5, AtLeast: true, IsSound: true),
                new Verdict("search", "p95", 61, "ms", 50, AtLeast: false, IsSound: true),
            ],
            ["single is not <known> here"]);
    }

    private static Shop.Bench.Load.RoundOutcome Round(int number)
    {
        var histogram = new Histogram(3);
        for (var i = 1; i <= 2_000; i++) histogram.Record(i * 10_000L * number);
        SecondSample[] seconds = [new(0, 900, 0, 5_000, 9_000, 9_900), new(1, 1_100, 7, 5_100, 9_100, 9_950)];
        var wrong = new Dictionary<string, long> { ["503"] = 7 };
        return new(
            new Round(number, 3, 2, 2_000, 1_000, 11, wrong, Latency.Of(histogram), 120, new Dictionary<string, double> { ["loader"] = 0.4, ["service"] = 0.3, ["database"] = 0.1 }, seconds),
            histogram);
    }

    [GeneratedRegex("<script|<link|src=|href=|url\\(|@import", RegexOptions.IgnoreCase)]
    private static partial Regex Outside();
}
