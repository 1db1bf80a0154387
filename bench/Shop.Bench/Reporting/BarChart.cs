using System.Globalization;
using System.Text;

namespace Shop.Bench.Reporting;

/// <summary>Horizontal bars as SVG, one row per name; each round is a tick on the bar of the median.</summary>
public sealed record BarChart(string Title, IReadOnlyList<(string Name, double Median, IReadOnlyList<double> Rounds)> Rows)
{
    private const int Width = 960;
    private const int Left = 330;
    private const int Right = 80;
    private const int RowHeight = 26;

    public string ToSvg()
    {
        var x = Axis.UpTo(Rows.SelectMany(row => row.Rounds.Append(row.Median)).DefaultIfEmpty().Max(), Left, Width - Right);
        var svg = new StringBuilder();
        Add(svg, $"<svg class=\"chart wide\" viewBox=\"0 0 {Width} {Rows.Count * RowHeight + 8}\" role=\"img\"><title>{Html.Encode(Title)}</title>");
        foreach (var (place, row) in Rows.Index())
        {
            var y = 4 + (place * RowHeight);
            Add(svg, $"<text class=\"name\" x=\"{Left - 10}\" y=\"{y + 16}\" text-anchor=\"end\">{Html.Encode(row.Name)}</text>");
            Add(svg, $"<rect class=\"bar\" x=\"{Left}\" y=\"{y + 4}\" width=\"{Math.Max(1, x.At(row.Median) - Left):0.0}\" height=\"{RowHeight - 10}\" rx=\"2\"/>");
            foreach (var round in row.Rounds)
                Add(svg, $"<line class=\"round\" x1=\"{x.At(round):0.0}\" x2=\"{x.At(round):0.0}\" y1=\"{y + 2}\" y2=\"{y + RowHeight - 4}\"/>");
            Add(svg, $"<text class=\"value\" x=\"{x.At(row.Rounds.Append(row.Median).Max()) + 8:0.0}\" y=\"{y + 16}\">{row.Median:#,0}/s</text>");
        }
        return svg.Append("</svg>").ToString();
    }

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
