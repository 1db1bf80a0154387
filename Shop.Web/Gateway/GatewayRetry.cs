using Shop.ServiceDefaults.Problems;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Shop.Web.Gateway;

/// <summary>
/// Two steps around YARP's own: a request whose connection could not be made goes to another replica (nothing was sent, so
/// this is safe for every method), and what remains unanswered becomes a problem that says when to come back.
/// </summary>
public static class GatewayRetry
{
    /// <summary>True when the connection itself failed, before a byte of the request was sent.</summary>
    public static bool WasUnreachable(IForwarderErrorFeature? failure) =>
        failure is { Error: ForwarderError.Request, Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } };

    /// <summary>Tries the replicas in turn as long as connections fail.</summary>
    public static async Task TryOthersAsync(HttpContext context, Func<Task> next)
    {
        await next();
        var proxy = context.GetReverseProxyFeature();
        var untried = proxy.AllDestinations.ToList();
        while (WasUnreachable(context.Features.Get<IForwarderErrorFeature>()) && !context.Response.HasStarted)
        {
            untried.Remove(proxy.ProxiedDestination!);
            if (untried.Count == 0) return;
            proxy.AvailableDestinations = untried.ToArray();
            context.Features.Set<IForwarderErrorFeature>(null);
            // Only the status is the failed attempt's: headers such as a new visitor's cart cookie are the answer's.
            context.Response.StatusCode = StatusCodes.Status200OK;
            await next();
        }
    }

    /// <summary>Answers 503 as a problem where YARP leaves a bare 502, 503 or 504.</summary>
    public static async Task ExplainAsync(HttpContext context, Func<Task> next)
    {
        await next();
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
        var failed = context.Features.Get<IForwarderErrorFeature>() is not null && context.Response.StatusCode >= 502;
        if (!failed) return;
        throw Problem.Unavailable("The service does not answer at the moment.");
    }
}
