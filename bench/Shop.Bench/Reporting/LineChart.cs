using System.Globalization;
using System.Text;

namespace Shop.Bench.Reporting;

/// <param name="Style">Number of the colour, from 1.</param>
public sealed record Line(string Name, int Style, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A line chart as SVG: y from zero, colours and fonts from the page's style sheet.</summary>
/// <param name="XTicks">Null for round numbers.</param>
/// <param name="Separators">Places on x where one round ends and the next begins; lines do not cross them.</param>
public sealed record LineChart(
    string Title, string XLabel, string YLabel, IReadOnlyList<Line> Lines,
    IReadOnlyList<(double Value, string Label)>? XTicks = null, IReadOnlyList<double>? Separators = null)
{
    private const int Width = 400;
    private const int Height = 210;
    private const int Left = 46;
    private const int Right = 12;
    private const int Top = 24;
    private const int Bottom = 40;

    public string ToSvg()
    {
        var points = Lines.SelectMany(line => line.Points).ToList();
        if (points.Count == 0) return "";
        var x = new Axis(points.Min(p => p.X), points.Max(p => p.X), Left, Width - Right);
        var y = Axis.UpTo(points.Max(p => p.Y), Height - Bottom, Top);
        var svg = new StringBuilder();
        Add(svg, $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>{Html.Encode(Title)}</title>");
        DrawGrid(svg, x, y);
        foreach (var line in Lines)
            foreach (var part in Parts(line.Points)) DrawLine(svg, x, y, line.Style, part);
        Add(svg, $"<text class=\"label\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">{Html.Encode(XLabel)}</text>");
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Name and colour of each line, as page text.</summary>
    public string Legend() => string.Concat(Lines.Select(
        line => FormattableString.Invariant($"<span class=\"key k{line.Style}\">{Html.Encode(line.Name)}</span>")));

    private void DrawGrid(StringBuilder svg, Axis x, Axis y)
    {
        foreach (var (value, label) in y.Ticks())
        {
            Add(svg, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y.At(value):0.0}\" y2=\"{y.At(value):0.0}\"/>");
            Add(svg, $"<text x=\"{Left - 6}\" y=\"{y.At(value) + 4:0.0}\" text-anchor=\"end\">{label}</text>");
        }
        foreach (var (value, label) in XTicks ?? [.. x.Ticks()])
            Add(svg, $"<text x=\"{x.At(value):0.0}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{Html.Encode(label)}</text>");
        foreach (var value in Separators ?? [])
            Add(svg, $"<line class=\"separator\" x1=\"{x.At(value):0.0}\" x2=\"{x.At(value):0.0}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
        Add(svg, $"<text class=\"label\" x=\"2\" y=\"11\">{Html.Encode(YLabel)}</text>");
    }

    private static void DrawLine(StringBuilder svg, Axis x, Axis y, int style, IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count == 1)
        {
            Add(svg, $"<circle class=\"dot k{style}\" cx=\"{x.At(points[0].X):0.0}\" cy=\"{y.At(points[0].Y):0.0}\" r=\"2.5\"/>");
            return;
        }
        var path = string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{x.At(p.X):0.0},{y.At(p.Y):0.0}")));
        Add(svg, $"<polyline class=\"line k{style}\" points=\"{path}\"/>");
    }

    private IEnumerable<IReadOnlyList<(double X, double Y)>> Parts(IReadOnlyList<(double X, double Y)> points) =>
        points.GroupBy(point => Separators?.Count(separator => separator <= point.X) ?? 0).Select(part => part.ToList());

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
