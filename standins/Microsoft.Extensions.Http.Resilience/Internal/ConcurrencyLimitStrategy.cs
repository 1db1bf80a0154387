using System.Threading.RateLimiting;
using Polly;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>Lets a bounded number of requests in; the rest fail at once.</summary>
internal sealed class ConcurrencyLimitStrategy(ConcurrencyLimiterOptions options) : ResilienceStrategy<HttpResponseMessage>, IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(options);

    public void Dispose() => _limiter.Dispose();

    protected override async ValueTask<Outcome<HttpResponseMessage>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<HttpResponseMessage>>> callback, ResilienceContext context, TState state)
    {
        using var lease = await _limiter.AcquireAsync(permitCount: 1, context.CancellationToken);
        return lease.IsAcquired
            ? await callback(context, state)
            : Outcome.FromException<HttpResponseMessage>(new RateLimiterRejectedException());
    }
}
