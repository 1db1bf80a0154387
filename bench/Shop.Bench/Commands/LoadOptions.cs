using Shop.Bench.Load;

namespace Shop.Bench.Commands;

/// <summary>What every kind of run can be told.</summary>
/// <param name="Rate">Arrivals per second of an open loop; 0 for a closed one.</param>
/// <param name="Waiting">Calls of an open loop that may wait for a free caller.</param>
/// <param name="Folder">Where the report goes.</param>
/// <param name="Sampling">Share of the requests that are traced, 0 to 1.</param>
/// <param name="DataFolder">Where the servers keep their files while a run lasts: on a real disk, or commits cost nothing.</param>
public sealed record LoadOptions(
    PhaseLimits Limits, int Rounds, int Callers, double Rate, ArrivalSpread Spread, int Waiting, int Digits, string Folder, CpuPins Pins, double Sampling,
    string DataFolder)
{
    private const double LongestPhaseSeconds = 3600;
    private const double CallTimeoutSeconds = 10;

    public Arrivals? Arrivals => Rate > 0 ? new Arrivals(Rate, Spread) : null;

    public static LoadOptions Parse(Arguments arguments, string scenario, TimeProvider time) => new(
        new PhaseLimits(
            TimeSpan.FromSeconds(arguments.Number("first-warmup", 10, 0, 600)),
            TimeSpan.FromSeconds(arguments.Number("warmup", 3, 0, 600)),
            TimeSpan.FromSeconds(arguments.Number("seconds", 10, 0.5, LongestPhaseSeconds)),
            (long)arguments.Number("max-calls", 1e9, 1, 1e12),
            TimeSpan.FromSeconds(CallTimeoutSeconds)),
        arguments.Whole("rounds", 3, 1, 100),
        arguments.Whole("callers", 64, 1, 4096),
        arguments.Number("rate", 0, 0, 1e6),
        arguments.Text("arrivals", "poisson") switch
        {
            "poisson" => ArrivalSpread.Poisson,
            "even" => ArrivalSpread.Even,
            _ => throw new UsageException("--arrivals: must be poisson or even"),
        },
        arguments.Whole("waiting", 10_000, 1, 1_000_000),
        arguments.Whole("digits", 3, 1, 4),
        arguments.Text("out", Path.Combine("artifacts", "load", FormattableString.Invariant($"{scenario}-{time.GetUtcNow():yyyyMMdd-HHmmss}"))),
        CpuPins.Parse(arguments),
        arguments.Number("sampling", 0.01, 0, 1),
        arguments.Text("data", "/var/tmp"));
}
