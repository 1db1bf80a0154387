namespace Shop.Catalog.Replication;

/// <summary>
/// Limits how long a server is waited for. Cancelling a statement asks its server to cancel it, and takes for ever when that hangs;
/// so whoever waits is let go first, and what was begun is cancelled behind their back.
/// </summary>
internal static class TimeLimit
{
    /// <exception cref="TimeoutException">The limit is over.</exception>
    public static async Task<T> RunAsync<T>(
        TimeSpan limit, TimeProvider time, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var abandoned = new CancellationTokenSource();
        var running = action(abandoned.Token);
        try
        {
            return await running.WaitAsync(limit, time, cancellationToken);
        }
        finally
        {
            if (running.IsCompleted) abandoned.Dispose();
            else _ = abandoned.CancelAsync();
        }
    }
}
