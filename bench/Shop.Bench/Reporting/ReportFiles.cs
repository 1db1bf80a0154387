using System.Text.Json;

namespace Shop.Bench.Reporting;

/// <summary>Writes report.json and report.html.</summary>
public static class ReportFiles
{
    public static async Task WriteAsync(RunReport report, string folder, TextWriter console, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var (json, html) = (Path.Combine(folder, "report.json"), Path.Combine(folder, "report.html"));
        await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, ReportJson.Default.RunReport), cancellationToken);
        await File.WriteAllTextAsync(html, HtmlReport.Render(report), cancellationToken);
        await console.WriteLineAsync(TextReport.Render(report));
        await console.WriteLineAsync($"Wrote {json}\n      {html}");
    }
}
