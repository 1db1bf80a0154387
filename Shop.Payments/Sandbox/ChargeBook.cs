using System.Collections.Concurrent;
using Shop.Payments.Provider;

namespace Shop.Payments.Sandbox;

/// <summary>
/// The provider's memory, idempotent by payment id. It lives as long as the process: a payment that the provider forgot
/// is charged again by reconciliation, as with a real provider's lost request, and a refund of one is believed.
/// </summary>
internal sealed class ChargeBook
{
    /// <summary>Beyond this many charges new ones are refused with 503.</summary>
    public const int Capacity = 1_000_000;

    private readonly ConcurrentDictionary<Guid, Charge> _charges = new();

    /// <summary>False when the book is full.</summary>
    public bool TryAdd(ChargeRequest request, Func<ChargePlan> plan, out Charge charge, out bool added)
    {
        added = false;
        if (_charges.TryGetValue(request.PaymentId, out charge!))
            return true;
        if (_charges.Count >= Capacity)
            return false;
        var fresh = new Charge(request, plan());
        charge = _charges.GetOrAdd(request.PaymentId, fresh);
        added = ReferenceEquals(charge, fresh);
        return true;
    }

    public void Remove(Charge charge) => _charges.TryRemove(charge.Request.PaymentId, out _);

    public Charge? Find(Guid paymentId) => _charges.GetValueOrDefault(paymentId);

    /// <summary>Moves a charge on if it is in state <paramref name="from"/>.</summary>
    public static bool Move(Charge charge, string from, string to)
    {
        lock (charge)
        {
            if (charge.Status != from)
                return false;
            charge.Status = to;
            return true;
        }
    }
}
