namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>Reads the header Retry-After: seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <returns>Null when the server says nothing; then the usual pause applies.</returns>
    public static TimeSpan? Delay(HttpResponseMessage? response, TimeProvider time) => response?.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };
}
