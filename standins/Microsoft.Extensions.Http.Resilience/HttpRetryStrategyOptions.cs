using Microsoft.Extensions.Http.Resilience.Internal;
using Polly;
using Polly.Retry;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>Retries of transient failures: 3, exponential from 2 s, with jitter, unless the server says when to come again.</summary>
public class HttpRetryStrategyOptions : RetryStrategyOptions<HttpResponseMessage>
{
    private bool _shouldRetryAfterHeader;

    /// <summary>Takes the defaults.</summary>
    public HttpRetryStrategyOptions()
    {
        ShouldHandle = args => new ValueTask<bool>(HttpClientResiliencePredicates.IsTransient(args.Outcome));
        BackoffType = DelayBackoffType.Exponential;
        ShouldRetryAfterHeader = true;
        UseJitter = true;
    }

    /// <summary>Waits as long as the header Retry-After says. Default: true. Setting it replaces DelayGenerator.</summary>
    internal bool ShouldRetryAfterHeader
    {
        get => _shouldRetryAfterHeader;
        set
        {
            _shouldRetryAfterHeader = value;
            DelayGenerator = value
                ? static args => new ValueTask<TimeSpan?>(RetryAfter.Delay(args.Outcome.Result, TimeProvider.System))
                : null;
        }
    }
}
