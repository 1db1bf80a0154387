namespace Shop.ServiceDefaults.Data;

/// <summary>
/// The answer to a question that many may ask: one asks at a time, those who come meanwhile wait for the same answer, and it is
/// given for <paramref name="kept"/> after it came.
/// </summary>
internal sealed class SharedAnswer(Func<CancellationToken, Task<bool>> ask, TimeSpan kept, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Task<bool>? _flight;
    private long _answered;

    /// <summary>Who stops waiting does not end the question for the others.</summary>
    public Task<bool> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_flight is null || (_flight.IsCompleted && time.GetElapsedTime(_answered) >= kept))
                _flight = AskAsync();
            return _flight.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> AskAsync()
    {
        try
        {
            // Not within the lock.
            await Task.Yield();
            return await ask(CancellationToken.None);
        }
        finally
        {
            _answered = time.GetTimestamp();
        }
    }
}
