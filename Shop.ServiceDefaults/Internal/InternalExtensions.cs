using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults.Internal;

/// <summary>Calls between services: closed to the gateway, open to named callers with their key.</summary>
public static class InternalExtensions
{
    /// <summary>
    /// The group <c>/internal</c>: demands the key of one of <paramref name="callers"/>, of any configured caller when none is
    /// named. Needs <c>UseServiceDefaults</c>; not part of the OpenAPI document.
    /// </summary>
    public static RouteGroupBuilder MapInternal(this IEndpointRouteBuilder app, params string[] callers)
    {
        var group = app.MapGroup("/internal").ExcludeFromDescription().AllowAnonymous();
        var keys = app.ServiceProvider.GetRequiredService<CallerKeys>();
        ((IEndpointConventionBuilder)group).Finally(endpoint => Guard(endpoint, keys, callers));
        return group;
    }

    /// <summary>Adds this service's name and key to every request of the client.</summary>
    public static IHttpClientBuilder AddCallerKey(this IHttpClientBuilder builder) =>
        builder.AddHttpMessageHandler(services => new CallerKeyHandler(services.GetRequiredService<CallerKeys>()));

    // Around all that the endpoint does: a stranger's body is not even read.
    private static void Guard(EndpointBuilder endpoint, CallerKeys keys, string[] callers)
    {
        var inner = endpoint.RequestDelegate ?? throw new InvalidOperationException($"{endpoint.DisplayName} has no handler.");
        endpoint.RequestDelegate = context => IsKnown(context.Request.Headers, keys, callers) ? inner(context) : throw Refusal();
    }

    private static bool IsKnown(IHeaderDictionary headers, CallerKeys keys, string[] callers)
    {
        var name = headers[CallerKeys.NameHeader].ToString();
        return keys.Accepts(name, headers[CallerKeys.KeyHeader].ToString()) && (callers.Length == 0 || callers.Contains(name));
    }

    private static ProblemException Refusal() =>
        new(StatusCodes.Status401Unauthorized, "caller_unknown", "This address is for Shop's own services.");

    private sealed class CallerKeyHandler(CallerKeys keys) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Remove(CallerKeys.NameHeader);
            request.Headers.Remove(CallerKeys.KeyHeader);
            request.Headers.Add(CallerKeys.NameHeader, keys.Name);
            request.Headers.Add(CallerKeys.KeyHeader, keys.Key);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
