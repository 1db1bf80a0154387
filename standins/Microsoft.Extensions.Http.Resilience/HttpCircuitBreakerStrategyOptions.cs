using Polly.CircuitBreaker;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>A circuit breaker that counts transient failures: 5xx, 408, 429, no connection, time-outs.</summary>
internal class HttpCircuitBreakerStrategyOptions : CircuitBreakerStrategyOptions<HttpResponseMessage>
{
    /// <summary>Takes the defaults of Polly: ratio 0.1, throughput 100, sampling 30 s, break 5 s.</summary>
    public HttpCircuitBreakerStrategyOptions() =>
        ShouldHandle = args => new ValueTask<bool>(HttpClientResiliencePredicates.IsTransient(args.Outcome));
}
