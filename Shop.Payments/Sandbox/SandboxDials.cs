namespace Shop.Payments.Sandbox;

/// <summary>
/// How the sandbox provider misbehaves by itself, section <c>Sandbox:Dials</c> and <c>PUT /dials</c>. Percentages of all
/// charges, 0 to 100; what a payment's method asks for comes first.
/// </summary>
public sealed record SandboxDials
{
    /// <summary>Time from the charge to its outcome in milliseconds. Default 100.</summary>
    public int DelayMilliseconds { get; init; } = 100;

    /// <summary>The same for slow charges. Default 5,000.</summary>
    public int SlowMilliseconds { get; init; } = 5_000;

    public int SlowPercent { get; init; }

    public int DeclinePercent { get; init; }

    public int RepeatPercent { get; init; }

    public int SilentPercent { get; init; }

    /// <summary>Share of calls to the provider that it answers with 503.</summary>
    public int ErrorPercent { get; init; }

    /// <summary>Names of the settings that are out of range.</summary>
    public IEnumerable<string> Invalid()
    {
        if (DelayMilliseconds is < 0 or > 600_000)
            yield return "delayMilliseconds";
        if (SlowMilliseconds is < 0 or > 600_000)
            yield return "slowMilliseconds";
        if (SlowPercent is < 0 or > 100)
            yield return "slowPercent";
        if (DeclinePercent is < 0 or > 100)
            yield return "declinePercent";
        if (RepeatPercent is < 0 or > 100)
            yield return "repeatPercent";
        if (SilentPercent is < 0 or > 100)
            yield return "silentPercent";
        if (ErrorPercent is < 0 or > 100)
            yield return "errorPercent";
    }
}
