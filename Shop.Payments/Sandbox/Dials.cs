using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Sandbox;

/// <summary>The dials as they stand, and the dice.</summary>
internal sealed class Dials(IOptions<SandboxDials> initial, Random random)
{
    private volatile SandboxDials _value = initial.Value;

    public SandboxDials Value
    {
        get => _value;
        set => _value = value;
    }

    public ChargePlan Plan(string method) => ChargePlan.For(method, Value, Percentile);

    /// <exception cref="ProblemException">503, in as many percent of calls as the dial says.</exception>
    public void FailPerhaps()
    {
        if (Percentile() < Value.ErrorPercent)
            throw new ProblemException(503, "sandbox_error", "The sandbox provider was told to fail.");
    }

    // Random is not safe for several threads.
    private int Percentile()
    {
        lock (random)
            return random.Next(100);
    }
}
