using System.Threading.RateLimiting;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Cache;

/// <summary>
/// The ceiling on concurrent loads from the database. When every cache is cold or away, a bounded number of readers goes on,
/// a bounded number waits for a bounded time, and the rest is told to come back.
/// </summary>
public sealed class LoadGate : IAsyncDisposable
{
    private readonly ConcurrencyLimiter _limiter;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly CacheMetrics _metrics;

    public LoadGate(CacheOptions options, TimeProvider time, CacheMetrics metrics)
    {
        (_patience, _time, _metrics) = (options.LoadPatience, time, metrics);
        _limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.MaxLoads, QueueLimit = options.MaxWaitingLoads,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    /// <exception cref="ProblemException">503 <c>busy</c>: too many loads run or wait.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> load, CancellationToken cancellationToken)
    {
        using var lease = await AcquireAsync(cancellationToken);
        if (!lease.IsAcquired)
        {
            _metrics.LoadRefused();
            throw Problem.Busy("Too much is being read at the moment.");
        }
        _metrics.Load();
        return await load(cancellationToken);
    }

    public ValueTask DisposeAsync() => _limiter.DisposeAsync();

    private async Task<RateLimitLease> AcquireAsync(CancellationToken cancellationToken)
    {
        var lease = _limiter.AttemptAcquire();
        if (lease.IsAcquired) return lease;
        using var deadline = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await _limiter.AcquireAsync(1, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return lease;
        }
    }
}
