using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.ServiceDefaults.Problems;

/// <summary>Writes problem+json, whatever the client accepts.</summary>
internal static class ProblemWriter
{
    public static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var details = new ProblemDetails
        {
            Status = problem.Status,
            Title = ReasonPhrases.GetReasonPhrase(problem.Status),
            Detail = problem.Message,
        };
        details.Extensions["code"] = problem.Code;
        if (problem.Field is not null)
            details.Extensions["field"] = problem.Field;
        foreach (var (name, value) in problem.Extensions)
            details.Extensions[name] = value;
        details.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
        if (problem.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(details).ExecuteAsync(context);
    }

    /// <summary>For answers that have a status and no body. Pages are left to the service: a person does not read JSON.</summary>
    public static Task WriteStatusAsync(HttpContext context)
    {
        if (WantsPage(context.Request))
            return Task.CompletedTask;
        var status = context.Response.StatusCode;
        return WriteAsync(context, new ProblemException(status, ProblemCodes.ForStatus(status), ReasonPhrases.GetReasonPhrase(status)));
    }

    private static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
