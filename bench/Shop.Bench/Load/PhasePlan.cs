using System.Net;

namespace Shop.Bench.Load;

/// <summary>How long and how much a phase may run.</summary>
/// <param name="FirstWarmUp">Of the first round: a service that has just started still compiles its hot paths.</param>
/// <param name="MaxCalls">Of one round, warm-up included.</param>
/// <param name="Timeout">After which a call is given up.</param>
public sealed record PhaseLimits(TimeSpan FirstWarmUp, TimeSpan WarmUp, TimeSpan Length, long MaxCalls, TimeSpan Timeout)
{
    public TimeSpan WarmUpOf(int round) => round == 1 ? FirstWarmUp : WarmUp;
}

/// <summary>A round of HTTP load.</summary>
/// <param name="Arrivals">Null for a closed loop.</param>
/// <param name="Waiting">Calls of an open loop that may wait for a free caller.</param>
/// <param name="Digits">Significant digits of the latencies.</param>
public sealed record PhasePlan(
    EndPoint Server, IRequestSource Requests, int ExpectedStatus, int Callers, Arrivals? Arrivals, int Waiting, PhaseLimits Limits, int Digits)
{
    public string Describe() => Arrivals is null
        ? $"closed loop, {Callers} callers"
        : FormattableString.Invariant(
            $"open loop, {Arrivals.PerSecond:0.#}/s ({(Arrivals.Spread == ArrivalSpread.Poisson ? "Poisson" : "even")}), {Callers} connections, at most {Waiting} waiting");
}
