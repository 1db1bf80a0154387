using System.Globalization;
using System.Text;

namespace Shop.Bench.Reporting;

/// <summary>A report as one page: no script, nothing loaded, light and dark.</summary>
public static class HtmlReport
{
    public static string Render(RunReport report)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">")
            .Append("<title>Load: ").Append(Html.Encode(report.Scenario)).Append("</title><style>").Append(Resources.Text("report.css"))
            .Append("</style></head><body><main>\n");
        Heading(page, report);
        Verdicts(page, report.Verdicts);
        Summary(page, report.Figures);
        foreach (var figure in report.Figures) Section(page, figure, report);
        return page.Append("</main></body></html>\n").ToString();
    }

    private static void Heading(StringBuilder page, RunReport report)
    {
        var (facts, machine) = (report.Facts, report.Facts.Machine);
        Add(page, $"<h1>Load: {Html.Encode(report.Scenario)}</h1>");
        if (!report.Complete) page.Append("<p class=\"warning\">The run was ended before its time: what follows is what there was.</p>\n");
        page.Append("<dl>");
        Fact(page, "Date", string.Create(CultureInfo.InvariantCulture, $"{report.At:yyyy-MM-dd HH:mm} UTC, {report.Minutes:0.0} minutes"));
        Fact(page, "Command", facts.CommandLine);
        Fact(page, "Commit", Commit(facts));
        Fact(page, ".NET", facts.DotNet);
        Fact(page, "Machine", string.Create(
            CultureInfo.InvariantCulture, $"{machine.Cores} cores, {machine.Cpu}, {machine.MemoryMiB:#,0} MiB, Linux {machine.Kernel}"));
        Fact(page, "Load average at start", machine.LoadAverage);
        Fact(page, "Database files", string.Create(
            CultureInfo.InvariantCulture, $"{machine.FileSystem}, 8 KiB written and synced in {machine.SyncMicroseconds:0} µs (median)"));
        foreach (var (server, settings) in facts.Servers) Fact(page, server, settings);
        page.Append("</dl>\n");
        if (report.Notes.Count > 0)
            page.Append("<ul>").AppendJoin("", report.Notes.Select(note => $"<li>{Html.Encode(note)}</li>")).Append("</ul>\n");
    }

    private static void Verdicts(StringBuilder page, IReadOnlyList<Verdict> verdicts)
    {
        if (verdicts.Count == 0) return;
        page.Append("<h2>Against the aims</h2>\n<div class=\"scroll\"><table><thead><tr><th>Aim<th>Comes from<th class=\"n\">Value<th class=\"n\">Aim<th></tr></thead><tbody>\n");
        foreach (var v in verdicts)
        {
            var (mark, word) = v.Met switch { true => ("met", "met"), false => ("missed", "missed"), null => ("", "for information") };
            var bound = v.Bound is { } limit ? $"{(v.AtLeast ? "≥" : "≤")} {Html.Value(limit)} {v.Unit}" : "";
            Add(page, $"<tr><td>{Html.Encode(v.Name)}<td>{Html.Encode(v.How)}<td class=\"n\">{Html.Value(v.Value)} {Html.Encode(v.Unit)}<td class=\"n\">{Html.Encode(bound)}<td class=\"{mark}\">{word}</tr>");
        }
        page.Append("</tbody></table></div>\n");
    }

    private static void Summary(StringBuilder page, IReadOnlyList<Figure> figures)
    {
        page.Append("<h2>Figures</h2>\n<p>Answers per second, median of the rounds; each tick is a round. <em>Per core·s</em>: answers for a second of processor time of service and database together, which neighbours on the machine change least.</p>\n")
            .Append(new BarChart("Answers per second", [.. figures.Select(
                f => (f.Name, f.MedianRate, (IReadOnlyList<double>)[.. f.Rounds.Select(r => r.Rate)]))]).ToSvg())
            .Append("<div class=\"scroll\"><table><thead><tr><th>Figure<th class=\"n\">Answers/s<th class=\"n\">p50 ms<th class=\"n\">p90<th class=\"n\">p95<th class=\"n\">p99<th class=\"n\">p99.9<th class=\"n\">max<th class=\"n\">wrong<th class=\"n\">dropped<th class=\"n\">per core·s<th>Cores used</tr></thead><tbody>\n");
        foreach (var f in figures)
        {
            var l = f.Latency;
            double[] times = [l.P50, l.P90, l.P95, l.P99, l.P999, l.Max];
            Add(page, $"<tr><td>{Html.Encode(f.Name)}<td class=\"n\">{Html.Rate(f.MedianRate)}{string.Concat(times.Select(t => "<td class=\"n\">" + Html.Milliseconds(t)))}<td class=\"n\">{f.Wrong:#,0}<td class=\"n\">{f.Rounds.Sum(r => r.Dropped):#,0}<td class=\"n\">{f.PerCoreSecond:#,0}<td>{Html.Encode(Cores(f))}</tr>");
        }
        page.Append("</tbody></table></div>\n");
    }

    private static void Section(StringBuilder page, Figure figure, RunReport report)
    {
        Add(page, $"<section><h2>{Html.Encode(figure.Name)}</h2><p>{Html.Encode(figure.What)}</p><dl>");
        Fact(page, "Measured at", figure.MeasuredAt);
        Fact(page, "Load", figure.Load);
        Fact(page, "Traces", figure.Sampling);
        Fact(page, "Cores", figure.Pinning);
        Fact(page, "Rounds", string.Join("; ", figure.Rounds.Select(RoundText)));
        Fact(page, "On", string.Create(
            CultureInfo.InvariantCulture, $"{Commit(report.Facts)}, {report.Facts.Machine.Cores} cores {report.Facts.Machine.Cpu}, {report.At:yyyy-MM-dd HH:mm} UTC, {report.Facts.DotNet}"));
        page.Append("</dl><div class=\"charts\">\n");
        foreach (var chart in FigureCharts.Of(figure))
            page.Append("<figure><figcaption>").Append(Html.Encode(chart.Title)).Append(' ').Append(chart.Legend()).Append("</figcaption>")
                .Append(chart.ToSvg()).Append("</figure>\n");
        page.Append("</div></section>\n");
    }

    private static string RoundText(Round round)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{round.Number}: {Html.Rate(round.Rate)}/s, {round.Answers:#,0} answers in {round.Seconds:0.#} s after {round.WarmUpSeconds:0.#} s of warm-up");
        if (round.Dropped > 0) text += string.Create(CultureInfo.InvariantCulture, $", {round.Dropped:#,0} dropped");
        if (round.LoaderLateP99 is { } late) text += $", loader late by {Html.Milliseconds(late)} ms (p99)";
        return round.Wrong.Count == 0 ? text : text + ", " + string.Join(", ", round.Wrong.Select(w => $"{w.Key} × {w.Value}"));
    }

    internal static string Cores(Figure figure) => string.Join(", ", figure.Rounds.SelectMany(round => round.Cpu).GroupBy(cpu => cpu.Key)
        .Select(role => string.Create(CultureInfo.InvariantCulture, $"{role.Key} {role.Average(cpu => cpu.Value):0.00}")));

    private static string Commit(RunFacts facts) => facts.Dirty ? facts.Commit + " with local changes" : facts.Commit;

    private static void Fact(StringBuilder page, string name, string value) =>
        page.Append("<dt>").Append(Html.Encode(name)).Append("</dt><dd>").Append(Html.Encode(value)).Append("</dd>");

    private static void Add(StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
