namespace Shop.Bench.Load;

/// <summary>Makes one call at a time.</summary>
public interface ICaller : IDisposable
{
    /// <summary>Makes the next call and answers its status.</summary>
    ValueTask<int> CallAsync(CancellationToken cancellationToken);

    /// <summary>Ends the running call with an error if it began before this time stamp; any thread.</summary>
    void AbortIfOlderThan(long timestamp);
}
