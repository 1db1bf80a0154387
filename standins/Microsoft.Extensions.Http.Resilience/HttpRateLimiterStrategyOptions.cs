using System.Threading.RateLimiting;
using Polly;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>A bound on the requests under way.</summary>
internal class HttpRateLimiterStrategyOptions : ResilienceStrategyOptions
{
    /// <summary>Default: 1000 at once, queue of 0.</summary>
    public ConcurrencyLimiterOptions DefaultRateLimiterOptions { get; set; } = new() { PermitLimit = 1000, QueueLimit = 0 };
}
