using System.Diagnostics;
using Shop.Payments.Provider;

namespace Shop.Payments.Sandbox;

/// <summary>How one charge will behave, decided when it is made.</summary>
internal sealed record ChargePlan(TimeSpan Delay, bool Decline, int Notifications)
{
    /// <summary>The plan that method and dials ask for; <paramref name="percentile"/> draws from 0 to 99.</summary>
    public static ChargePlan For(string method, SandboxDials dials, Func<int> percentile)
    {
        var slow = method == SandboxMethods.Slow || percentile() < dials.SlowPercent;
        var decline = method == SandboxMethods.Decline || percentile() < dials.DeclinePercent;
        var silent = method == SandboxMethods.Silent || percentile() < dials.SilentPercent;
        var repeat = method == SandboxMethods.Repeat || percentile() < dials.RepeatPercent;
        return new(
            TimeSpan.FromMilliseconds(slow ? dials.SlowMilliseconds : dials.DelayMilliseconds),
            decline,
            silent ? 0 : repeat ? 3 : 1);
    }
}

/// <summary>A charge at the sandbox provider. <see cref="Status"/> is guarded by the book.</summary>
internal sealed class Charge(ChargeRequest request, ChargePlan plan)
{
    public ChargeRequest Request { get; } = request;

    public ChargePlan Plan { get; } = plan;

    /// <summary>The trace that asked for the charge; its notifications belong to it.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    public string Status { get; set; } = "pending";

    public ChargeResponse Response => new(Request.PaymentId, Status, Request.Amount, Request.Currency);
}
