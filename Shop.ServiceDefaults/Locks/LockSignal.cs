namespace Shop.ServiceDefaults.Locks;

/// <summary>The signals of one waiter. What comes between a look at the database and the wait after it is kept.</summary>
internal sealed class LockSignal(LockSignals signals, string name) : IDisposable
{
    /// <summary>Waits for whoever leaves, not for a certain ticket.</summary>
    public const long Anybody = -1;
    private readonly Lock _lock = new();
    private readonly HashSet<long> _gone = [];
    private TaskCompletionSource _woken = New();
    private long _awaited = Anybody;
    private bool _waiting;

    public string Name => name;

    /// <summary>To be called before each look.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _gone.Clear();
            _waiting = false;
            if (_woken.Task.IsCompleted)
                _woken = New();
        }
    }

    /// <summary>Until <paramref name="ticket"/> is gone, or it is time to look again.</summary>
    public async Task WaitAsync(long ticket, TimeSpan limit, CancellationToken cancellationToken)
    {
        Task woken;
        lock (_lock)
        {
            (_awaited, _waiting, woken) = (ticket, true, _woken.Task);
            if (_gone.Any(Concerns_NeedsLock))
                return;
        }

        try
        {
            await woken.WaitAsync(limit, signals.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Time to look again.
        }
    }

    public void Gone(long ticket)
    {
        lock (_lock)
        {
            _gone.Add(ticket);
            if (_waiting && Concerns_NeedsLock(ticket))
                _woken.TrySetResult();
        }
    }

    public void Wake()
    {
        lock (_lock)
            _woken.TrySetResult();
    }

    public void Dispose() => signals.Remove(this);

    private bool Concerns_NeedsLock(long ticket) => _awaited is Anybody || _awaited == ticket;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
