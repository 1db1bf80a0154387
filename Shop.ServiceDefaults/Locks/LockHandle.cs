using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults.Locks;

/// <summary>A lock that is held until this is disposed, or <see cref="Lost"/>.</summary>
public sealed partial class LockHandle : IAsyncDisposable
{
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);
    private readonly LockRequest _request;
    private readonly string _kind;
    private readonly LockStore _store;
    private readonly LockMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _end;
    private readonly Task _renewal;
    private int _over;

    internal LockHandle(
        LockRequest request, long token, long asked, string kind, LockStore store, LockMetrics metrics, TimeProvider time, ILogger logger)
    {
        (_request, _kind, _store, _metrics, _time, _logger) = (request, kind, store, metrics, time, logger);
        FencingToken = token;
        metrics.Held(1, kind);
        Lost = _lost.Token;
        _end = time.CreateTimer(_ => Lose(), null, Remaining(asked), Timeout.InfiniteTimeSpan);
        _renewal = RenewAsync();
    }

    /// <summary>The lock.</summary>
    public string Name => _request.Name;

    /// <summary>Larger than that of every earlier grant of this lock; to be written with <see cref="Fence"/>.</summary>
    public long FencingToken { get; }

    /// <summary>
    /// Cancelled when the lease has ended without renewal, never later than others can be granted the lock as far as this
    /// process's clock runs; a process that stands still learns it afterwards, hence the token.
    /// </summary>
    public CancellationToken Lost { get; }

    /// <summary>Gives the lock back; a lost one stays with whoever has it now. When the database is away, its lease ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
            return;
        await _disposed.CancelAsync();
        await _renewal;
        await _end.DisposeAsync();
        End();
        // Of a lost lock too: a renewal that was on its way when it was given up may have reached the database.
        await ReleaseAsync();
    }

    private async Task RenewAsync()
    {
        var pause = _request.Lease / 3;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token, Lost);
        while (true)
        {
            try
            {
                await Task.Delay(pause, _time, over.Token);
                var asked = _time.GetTimestamp();
                if (!await _store.RenewAsync(_request, over.Token))
                {
                    Lose();
                    return;
                }

                _end.Change(Remaining(asked), Timeout.InfiniteTimeSpan);
                pause = _request.Lease / 3;
            }
            catch (Exception exception)
            {
                if (over.IsCancellationRequested)
                    return;
                LogNotRenewed(exception, Name);
                pause = _request.Lease / 10;
            }
        }
    }

    private TimeSpan Remaining(long asked)
    {
        var remaining = _request.Lease - _time.GetElapsedTime(asked);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    private void Lose()
    {
        if (!End())
            return;
        _metrics.Lost(_kind);
        LogLost(Name, FencingToken);
        _lost.Cancel();
    }

    /// <summary>True once.</summary>
    private bool End()
    {
        if (Interlocked.Exchange(ref _over, 1) != 0)
            return false;
        _metrics.Held(-1, _kind);
        return true;
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(ReleaseLimit, _time);
        try
        {
            await _store.LeaveAsync(_request, limit.Token);
        }
        catch (Exception exception)
        {
            LogNotReleased(exception, Name);
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "Lock {Name} was not renewed; tried again until its lease ends")]
    private partial void LogNotRenewed(Exception exception, string name);

    [LoggerMessage(11, LogLevel.Warning, "Lock {Name} with token {Token} is lost: its lease ended")]
    private partial void LogLost(string name, long token);

    [LoggerMessage(12, LogLevel.Warning, "Lock {Name} was not released; its lease ends it")]
    private partial void LogNotReleased(Exception exception, string name);
}
