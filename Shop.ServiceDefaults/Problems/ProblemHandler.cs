using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Polly;

namespace Shop.ServiceDefaults.Problems;

/// <summary>Turns what a request handler throws into problem+json.</summary>
internal sealed partial class ProblemHandler(ILogger<ProblemHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            LogClientGone(context.Request.Method, context.Request.Path);
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = Translate(exception);
        if (problem.Status == StatusCodes.Status500InternalServerError)
            LogInternal(exception, context.Request.Method, context.Request.Path);
        else if (problem.Status >= 500)
            LogUnavailable(exception, context.Request.Method, context.Request.Path, problem.Code);
        await ProblemWriter.WriteAsync(context, problem);
        return true;
    }

    /// <summary>What the client is told; details of ours are not.</summary>
    internal static ProblemException Translate(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        BadHttpRequestException bad => FromBadRequest(bad),
        _ when DatabaseErrors.IsInvalidText(exception) => Problem.Malformed("A text contains a character that cannot be stored."),
        _ when DatabaseErrors.IsAway(exception) => Problem.Unavailable("The database does not answer at the moment."),
        TimeoutException or OperationCanceledException => Problem.Unavailable("The request took too long."),
        // Polly: a time-out, an open circuit, a full limiter in front of another service.
        HttpRequestException or SocketException or ExecutionRejectedException => Problem.Unavailable("A service that is needed does not answer at the moment."),
        _ => new ProblemException(StatusCodes.Status500InternalServerError, ProblemCodes.Internal, "Something went wrong on our side."),
    };

    private static ProblemException FromBadRequest(BadHttpRequestException bad)
    {
        var code = ProblemCodes.ForStatus(bad.StatusCode);
        if (bad.InnerException is JsonException json)
            return new ProblemException(bad.StatusCode, code, "The body cannot be read as the JSON that is expected.", FieldOf(json));
        if (bad.Message.StartsWith("Implicit body", StringComparison.Ordinal))
            return new ProblemException(bad.StatusCode, code, "A JSON body is required.", "body");
        var parameter = ParameterName().Match(bad.Message);
        return parameter.Success
            ? new ProblemException(bad.StatusCode, code, "A value is missing or cannot be read.", JsonNamingPolicy.CamelCase.ConvertName(parameter.Groups[1].Value))
            : new ProblemException(bad.StatusCode, code, bad.Message);
    }

    /// <summary>"$.items[0].quantity" becomes "items[0].quantity"; the whole body is "body".</summary>
    private static string FieldOf(JsonException json) =>
        json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "body";

    // Failed to bind parameter "int id" from "abc". / Required parameter "string q" was not provided from query string.
    [GeneratedRegex("""parameter "[^"]*?(\w+)" (?:from|was)""")]
    private static partial Regex ParameterName();

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogInternal(Exception exception, string method, string path);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Path} refused: {Code}")]
    private partial void LogUnavailable(Exception exception, string method, string path, string code);

    [LoggerMessage(3, LogLevel.Debug, "{Method} {Path}: the client went away")]
    private partial void LogClientGone(string method, string path);
}
