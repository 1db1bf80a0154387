using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Problems;

/// <summary>The refusals that every service has in common.</summary>
public static class Problem
{
    /// <summary>400 <c>invalid</c>: one input breaks a rule.</summary>
    public static ProblemException Validation(string field, string message)
    {
        var problem = new ProblemException(StatusCodes.Status400BadRequest, ProblemCodes.Invalid, $"{field} {message}", field);
        problem.Extensions["errors"] = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] };
        return problem;
    }

    /// <summary>400 <c>malformed</c>: the input cannot be read at all.</summary>
    public static ProblemException Malformed(string detail, string? field = null) =>
        new(StatusCodes.Status400BadRequest, ProblemCodes.Malformed, detail, field);

    /// <summary>404; also for what belongs to somebody else.</summary>
    public static ProblemException NotFound(string code, string detail) => new(StatusCodes.Status404NotFound, code, detail);

    /// <summary>409: the state of the object forbids it.</summary>
    public static ProblemException Conflict(string code, string detail) => new(StatusCodes.Status409Conflict, code, detail);

    /// <summary>503 with Retry-After: a dependency is away for the moment.</summary>
    public static ProblemException Unavailable(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, detail) { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>503 with Retry-After: a bounded queue of ours is full.</summary>
    public static ProblemException Busy(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Busy, detail) { RetryAfter = TimeSpan.FromSeconds(1) };
}
