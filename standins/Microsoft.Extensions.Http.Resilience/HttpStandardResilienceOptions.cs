namespace Microsoft.Extensions.Http.Resilience;

/// <summary>The five strategies of the standard handler, outermost first.</summary>
public class HttpStandardResilienceOptions
{
    /// <summary>Bounds the requests under way. Default: 1000, nobody queues.</summary>
    internal HttpRateLimiterStrategyOptions RateLimiter { get; set; } = new() { Name = "Standard-RateLimiter" };

    /// <summary>Bounds a request with all its attempts and pauses. Default: 30 s.</summary>
    public HttpTimeoutStrategyOptions TotalRequestTimeout { get; set; } = new() { Name = "Standard-TotalRequestTimeout" };

    /// <summary>Default: 3 retries, exponential from 2 s, with jitter.</summary>
    public HttpRetryStrategyOptions Retry { get; set; } = new() { Name = "Standard-Retry" };

    /// <summary>Default: opens for 5 s when 10 % of at least 100 attempts in 30 s failed.</summary>
    internal HttpCircuitBreakerStrategyOptions CircuitBreaker { get; set; } = new() { Name = "Standard-CircuitBreaker" };

    /// <summary>Bounds one attempt. Default: 10 s.</summary>
    public HttpTimeoutStrategyOptions AttemptTimeout { get; set; } = new()
    {
        Timeout = TimeSpan.FromSeconds(10),
        Name = "Standard-AttemptTimeout",
    };
}
