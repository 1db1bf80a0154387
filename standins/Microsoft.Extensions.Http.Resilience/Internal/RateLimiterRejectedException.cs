using Polly;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>Callers catch <see cref="ExecutionRejectedException"/>, which time-outs and open circuits are too.</summary>
internal sealed class RateLimiterRejectedException()
    : ExecutionRejectedException("The operation could not be executed because it was rejected by the rate limiter.");
