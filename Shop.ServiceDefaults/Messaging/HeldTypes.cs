namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Types that the broker could not take just now: no queue is bound yet, or it is full. Their rows stay in the outbox and
/// are tried again after a growing pause, so that they do not hold up the others.
/// </summary>
internal sealed class HeldTypes(TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, (DateTimeOffset Until, TimeSpan Pause)> _held = new(StringComparer.Ordinal);

    /// <summary>Types not to be tried at this moment.</summary>
    public string[] Current => [.. _held.Where(h => h.Value.Until > time.GetUtcNow()).Select(h => h.Key)];

    /// <summary>True when the type was not held before.</summary>
    public bool Hold(string type)
    {
        var before = _held.TryGetValue(type, out var held);
        var pause = before ? TimeSpan.FromTicks(Math.Min(held.Pause.Ticks * 2, LongestPause.Ticks)) : FirstPause;
        _held[type] = (time.GetUtcNow() + pause, pause);
        return !before;
    }

    public void Release(string type) => _held.Remove(type);
}
