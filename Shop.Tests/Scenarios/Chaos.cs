namespace Shop.Tests.Scenarios;

/// <summary>
/// Scenarios with an outage are short in <c>./shop test</c>. <c>./shop chaos</c> names a file for figures in
/// <c>SHOP_CHAOS</c>; then they take as long as they are meant to, and bounds on latency count.
/// </summary>
internal static class Chaos
{
    /// <summary>Name of the trait by which <c>./shop chaos</c> finds its scenarios.</summary>
    public const string Trait = "Chaos";

    private static readonly string? Figures = Environment.GetEnvironmentVariable("SHOP_CHAOS");

    public static bool IsLong => !string.IsNullOrEmpty(Figures);

    public static TimeSpan Seconds(double quick, double inFull) => TimeSpan.FromSeconds(IsLong ? inFull : quick);

    /// <summary>Adds a line to the figures, when somebody wants them.</summary>
    public static async Task TellAsync(FormattableString line)
    {
        if (IsLong) await File.AppendAllTextAsync(Figures!, FormattableString.Invariant(line) + "\n");
    }
}
