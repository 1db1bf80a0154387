using Polly.Timeout;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>A time-out; the default of Polly is 30 s.</summary>
public class HttpTimeoutStrategyOptions : TimeoutStrategyOptions;
