using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>The attributes of a server span: OpenTelemetry semantic conventions for HTTP, stable.</summary>
internal static class RequestTags
{
    public static void SetRequest(Activity activity, HttpRequest request, bool showQuery)
    {
        var method = KnownMethod(request.Method);
        activity.DisplayName = method ?? "HTTP";
        activity.SetTag("http.request.method", method ?? "_OTHER");
        if (method != request.Method)
            activity.SetTag("http.request.method_original", request.Method);
        activity.SetTag("url.scheme", request.Scheme);
        activity.SetTag("url.path", (request.PathBase + request.Path).Value is { Length: > 0 } path ? path : "/");
        if (request.QueryString.HasValue)
            activity.SetTag("url.query", showQuery ? request.QueryString.Value![1..] : Redact(request.QueryString.Value!));
        if (request.Host.HasValue)
        {
            activity.SetTag("server.address", request.Host.Host);
            if (request.Host.Port is { } port)
                activity.SetTag("server.port", port);
        }
        activity.SetTag("network.protocol.version", request.Protocol.Replace("HTTP/", "", StringComparison.Ordinal));
        if (request.Headers.UserAgent is [{ Length: > 0 } agent, ..])
            activity.SetTag("user_agent.original", agent);
    }

    public static void SetResponse(Activity activity, HttpContext context)
    {
        var status = context.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        if (Route(context) is { Length: > 0 } route)
        {
            activity.SetTag("http.route", route);
            activity.DisplayName = $"{KnownMethod(context.Request.Method) ?? "HTTP"} {route}";
        }
        if (status < StatusCodes.Status500InternalServerError)
            return;
        var handled = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (activity.GetTagItem("error.type") is null)
            activity.SetTag("error.type", handled?.GetType().FullName ?? status.ToString(CultureInfo.InvariantCulture));
        if (activity.Status != ActivityStatusCode.Error)
            activity.SetStatus(ActivityStatusCode.Error, handled?.Message);
    }

    /// <summary>For an exception that nothing made an answer of.</summary>
    public static void SetException(Activity activity, Exception exception)
    {
        activity.SetTag("error.type", exception.GetType().FullName);
        activity.SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    /// <summary>An exception or status-code page runs the pipeline again with another endpoint: the first one is the route.</summary>
    private static string? Route(HttpContext context)
    {
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint
            ?? context.Features.Get<IStatusCodeReExecuteFeature>()?.Endpoint
            ?? context.GetEndpoint();
        return endpoint?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route
            ?? (endpoint as RouteEndpoint)?.RoutePattern.RawText;
    }

    private static string? KnownMethod(string method)
    {
        var canonical = HttpMethods.GetCanonicalizedValue(method);
        return HttpMethods.IsGet(canonical) || HttpMethods.IsPost(canonical) || HttpMethods.IsPut(canonical)
            || HttpMethods.IsDelete(canonical) || HttpMethods.IsPatch(canonical) || HttpMethods.IsHead(canonical)
            || HttpMethods.IsOptions(canonical) || HttpMethods.IsConnect(canonical) || HttpMethods.IsTrace(canonical)
            ? canonical
            : null;
    }

    /// <summary>Keeps the names and hides the values: they may hold what nobody should read in a trace.</summary>
    private static string Redact(string query)
    {
        var redacted = new StringBuilder(query.Length);
        foreach (var pair in query[1..].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            redacted.Append(redacted.Length == 0 ? "" : "&").Append(equals < 0 ? pair : pair[..(equals + 1)] + "Redacted");
        }
        return redacted.ToString();
    }
}
