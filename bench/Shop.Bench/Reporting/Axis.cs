using System.Globalization;

namespace Shop.Bench.Reporting;

/// <summary>Places values on a line of a drawing and names round ones.</summary>
/// <param name="Start">Coordinate of <paramref name="Low"/>.</param>
/// <param name="End">Coordinate of <paramref name="High"/>; may be less than the start.</param>
public sealed record Axis(double Low, double High, double Start, double End)
{
    private const int AboutTicks = 5;

    public double At(double value) => High <= Low ? Start : Start + ((value - Low) / (High - Low) * (End - Start));

    /// <summary>From 0 to a round number not below the largest value.</summary>
    public static Axis UpTo(double largest, double start, double end)
    {
        var step = Step(largest);
        return new Axis(0, Math.Max(step, Math.Ceiling(largest / step) * step), start, end);
    }

    public IEnumerable<(double Value, string Label)> Ticks()
    {
        var step = Step(High - Low);
        for (var i = 0; Low + (i * step) <= High + (step / 1000); i++)
            yield return (Low + (i * step), Label(Low + (i * step)));
    }

    internal static string Label(double value) => Math.Abs(value) switch
    {
        >= 1_000_000 => (value / 1_000_000).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 10_000 => (value / 1000).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("#,0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private static double Step(double range)
    {
        if (range <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / AboutTicks)));
        return (range / AboutTicks / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
