using System.Collections.Concurrent;

namespace Shop.Catalog.Inventory;

/// <summary>What <see cref="SoldOutMemory"/> knows of one variant.</summary>
internal sealed class ShortVariant(long now)
{
    private ConcurrentDictionary<Guid, byte> _holders = new();
    private Knowledge? _knowledge;
    private long _freedAt = long.MinValue;
    private int _learning;
    private int _probing;

    /// <summary>Since when the holders have been gathered; from then on by ledger number.</summary>
    public long HoldersSince { get; private set; } = now;

    public long LastMovement { get; private set; }

    public int HolderCount => _holders.Count;

    public int? Shortage(int wanted, Guid orderId, TimeProvider time, TimeSpan lifetime, TimeSpan refreshAfter)
    {
        if (Volatile.Read(ref _knowledge) is not { } known || wanted <= known.Available) return null;
        var age = time.GetElapsedTime(known.AsOf);
        if (age > lifetime || known.Holders.ContainsKey(orderId)) return null;
        if (age > refreshAfter && Interlocked.Exchange(ref _probing, 1) == 0) return null;
        return known.Available;
    }

    public bool TryBeginLearning() => Interlocked.Exchange(ref _learning, 1) == 0;

    public void EndLearning() => Volatile.Write(ref _learning, 0);

    /// <summary>By the one who is learning.</summary>
    public void AddHolder(long movement, Guid orderId)
    {
        _holders.TryAdd(orderId, 0);
        LastMovement = movement;
    }

    /// <summary>By the one who is learning.</summary>
    public void ForgetHolders(long now)
    {
        (_holders, LastMovement, HoldersSince) = (new ConcurrentDictionary<Guid, byte>(), 0, now);
    }

    /// <summary>After the holders, without whom nothing may be known.</summary>
    public void Learn(int available, long asOf)
    {
        Volatile.Write(ref _knowledge, new Knowledge(available, asOf, _holders));
        Volatile.Write(ref _probing, 0);
        // Whoever freed units before this saw nothing to forget; whoever does it from here on forgets it.
        if (Volatile.Read(ref _freedAt) >= asOf) Volatile.Write(ref _knowledge, null);
    }

    public void Forget(long now)
    {
        Interlocked.Exchange(ref _freedAt, now);
        Interlocked.Exchange(ref _knowledge, null);
    }

    private sealed record Knowledge(int Available, long AsOf, ConcurrentDictionary<Guid, byte> Holders);
}
