using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>What the strategies cannot check alone. Polly checks the ranges of each.</summary>
internal sealed class HttpStandardResilienceOptionsValidator : IValidateOptions<HttpStandardResilienceOptions>
{
    private const int SamplesPerAttempt = 2;

    public ValidateOptionsResult Validate(string? name, HttpStandardResilienceOptions options)
    {
        var failures = new List<string>();
        if (options.AttemptTimeout.Timeout > options.TotalRequestTimeout.Timeout)
            failures.Add($"Total request timeout resilience strategy must have a greater timeout than the attempt resilience strategy. "
                + $"Total request timeout: {options.TotalRequestTimeout.Timeout.TotalSeconds}s, attempt timeout: {options.AttemptTimeout.Timeout.TotalSeconds}s.");
        if (options.CircuitBreaker.SamplingDuration < SamplesPerAttempt * options.AttemptTimeout.Timeout)
            failures.Add($"The sampling duration of circuit breaker strategy needs to be at least double of an attempt timeout strategy's timeout interval, "
                + $"in order to be effective. Sampling duration: {options.CircuitBreaker.SamplingDuration.TotalSeconds}s, "
                + $"attempt timeout: {options.AttemptTimeout.Timeout.TotalSeconds}s.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
