namespace Shop.Bench.Load;

/// <summary>How many calls a phase may make.</summary>
public sealed class Budget(long calls)
{
    private long _left = calls;

    /// <summary>False when there is none left.</summary>
    public bool TryTake() => Interlocked.Decrement(ref _left) >= 0;
}
