namespace Shop.ServiceDefaults.Problems;

/// <summary>A refusal that becomes an RFC 9457 answer. <paramref name="code"/> is stable; <paramref name="detail"/> is for people.</summary>
public sealed class ProblemException(int status, string code, string detail, string? field = null) : Exception(detail)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Stable machine-readable reason, snake_case.</summary>
    public string Code { get; } = code;

    /// <summary>Name of the offending input, when there is one.</summary>
    public string? Field { get; } = field;

    /// <summary>When set, sent as Retry-After (whole seconds, rounded up).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Further members of the problem document.</summary>
    public IDictionary<string, object?> Extensions { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}
