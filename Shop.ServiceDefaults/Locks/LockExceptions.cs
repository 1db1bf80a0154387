namespace Shop.ServiceDefaults.Locks;

/// <summary>What can be wrong with a lock.</summary>
public abstract class LockException(string name, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The lock.</summary>
    public string Name => name;
}

/// <summary>The lock was not granted before the deadline.</summary>
public sealed class LockTimeoutException(string name, TimeSpan waited, string? ahead) : LockException(
    name, $"Lock {name} was not granted within {waited.TotalSeconds} s; {ahead ?? "nobody"} was ahead.");

/// <summary>As many as may wait for the lock do so already.</summary>
public sealed class LockQueueFullException(string name, Exception? inner = null) : LockException(
    name, $"Too many already wait for lock {name}.", inner);

/// <summary>A write was refused: the lock that was to protect it is over, and somebody else may have written.</summary>
public sealed class StaleTokenException(string name, long token, Exception inner) : LockException(
    name, $"Token {token} of lock {name} is stale: the write was refused.", inner)
{
    /// <summary>The refused token.</summary>
    public long Token => token;
}
