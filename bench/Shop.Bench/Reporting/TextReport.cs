using System.Globalization;
using System.Text;

namespace Shop.Bench.Reporting;

/// <summary>The tables of a report for the terminal.</summary>
public static class TextReport
{
    public static string Render(RunReport report)
    {
        var text = new StringBuilder();
        if (!report.Complete) text.AppendLine().AppendLine("Ended before its time; what there is:");
        text.AppendLine();
        Table(text, ["figure", "answers/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "wrong", "per core·s", "cores used"], [.. report.Figures.Select(Row)]);
        if (report.Verdicts.Count > 0)
        {
            text.AppendLine();
            Table(text, ["aim", "value", "bound", ""], [.. report.Verdicts.Select(Row)]);
        }
        foreach (var note in report.Notes) text.AppendLine().Append("Note: ").AppendLine(note);
        return text.ToString();
    }

    private static string[] Row(Figure f) =>
    [
        f.Name, Html.Rate(f.MedianRate), Html.Milliseconds(f.Latency.P50), Html.Milliseconds(f.Latency.P95),
        Html.Milliseconds(f.Latency.P99), Html.Milliseconds(f.Latency.Max), f.Wrong.ToString("#,0", CultureInfo.InvariantCulture),
        f.PerCoreSecond.ToString("#,0", CultureInfo.InvariantCulture), HtmlReport.Cores(f),
    ];

    private static string[] Row(Verdict v) =>
    [
        v.Name, $"{Html.Value(v.Value)} {v.Unit}", v.Bound is { } bound ? $"{(v.AtLeast ? "≥" : "≤")} {Html.Value(bound)}" : "",
        v.Met switch { true => "met", false => "missed", null => "for information" },
    ];

    private static void Table(StringBuilder text, string[] head, IReadOnlyList<string[]> rows)
    {
        var widths = head.Select((name, column) => rows.Select(row => row[column].Length).Append(name.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(head))
        {
            for (var column = 0; column < row.Length; column++)
                text.Append("  ").Append(column == 0 || column == row.Length - 1 ? row[column].PadRight(widths[column]) : row[column].PadLeft(widths[column]));
            text.AppendLine();
        }
    }
}
