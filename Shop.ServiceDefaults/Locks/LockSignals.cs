using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Locks;

/// <summary>
/// Tells waiters of this process who has left a lock. One connection outside the pool listens, for as long as somebody
/// waits. Signals only save time: a waiter looks again at the end of the lease that it waits for, with or without one.
/// </summary>
internal sealed partial class LockSignals(ServiceDatabases databases, TimeProvider time, ILogger<LockSignals> logger)
{
    /// <summary>Waiters of one lock in this process.</summary>
    public const int MostPerName = 200;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly List<LockSignal> _waiting = [];
    private CancellationTokenSource? _listening;
    private TaskCompletionSource _begun = new();

    /// <summary>Signals of one lock, until disposed; from now on, unless the database is away.</summary>
    /// <exception cref="LockQueueFullException">Would be one too many.</exception>
    public async Task<LockSignal> SubscribeAsync(string name, CancellationToken cancellationToken)
    {
        var (signal, begun) = Add(name);
        try
        {
            await begun.WaitAsync(cancellationToken);
            return signal;
        }
        catch (OperationCanceledException)
        {
            signal.Dispose();
            throw;
        }
    }

    internal TimeProvider Time => time;

    internal void Remove(LockSignal signal)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(signal) || _waiting.Count > 0)
                return;
            _ = _listening!.CancelAsync();
            _listening = null;
        }
    }

    private (LockSignal Signal, Task Begun) Add(string name)
    {
        lock (_lock)
        {
            if (_waiting.Count(w => w.Name == name) >= MostPerName)
                throw new LockQueueFullException(name);
            var signal = new LockSignal(this, name);
            _waiting.Add(signal);
            if (_listening is null)
            {
                _listening = new CancellationTokenSource();
                _begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _ = ListenAsync(_begun, _listening.Token);
            }

            return (signal, _begun.Task);
        }
    }

    // Not awaited by anybody: nothing may leave it. It ends with its last waiter.
    private async Task ListenAsync(TaskCompletionSource begun, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ReceiveAsync(begun, cancellationToken);
            }
            catch (Exception exception)
            {
                begun.TrySetResult();
                if (cancellationToken.IsCancellationRequested)
                    return;
                LogInterrupted(exception.Message);
                await Task.Delay(Retry, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReceiveAsync(TaskCompletionSource begun, CancellationToken cancellationToken)
    {
        await using var connection = await databases.All[0].Dedicated.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => Dispatch(notification.Payload);
        await using (var listen = new NpgsqlCommand("listen shop_locks", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        if (!begun.TrySetResult())
            WakeAll();
        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    /// <param name="payload">ticket:name.</param>
    private void Dispatch(string payload)
    {
        var colon = payload.IndexOf(':', StringComparison.Ordinal);
        if (!long.TryParse(payload.AsSpan(0, Math.Max(colon, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var ticket))
            return;
        var name = payload[(colon + 1)..];
        lock (_lock)
            foreach (var signal in _waiting.Where(w => w.Name == name))
                signal.Gone(ticket);
    }

    // What happened while nobody listened was not told.
    private void WakeAll()
    {
        lock (_lock)
            foreach (var signal in _waiting)
                signal.Wake();
    }

    [LoggerMessage(1, LogLevel.Warning, "Waiters for locks are not notified: {Reason}")]
    private partial void LogInterrupted(string reason);
}
