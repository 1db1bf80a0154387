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
        group.WithMetadata(new InternalMetadata(callers));
        // The middleware checks before the body is read; this refuses when a service forgot the middleware.
        group.AddEndpointFilter((context, next) =>
            context.HttpContext.Features.Get<InternalCaller>() is null ? throw Refusal() : next(context));
        return group;
    }

    /// <summary>Adds this service's name and key to every request of the client.</summary>
    public static IHttpClientBuilder AddCallerKey(this IHttpClientBuilder builder) =>
        builder.AddHttpMessageHandler(services => new CallerKeyHandler(services.GetRequiredService<CallerKeys>()));

    /// <summary>Name of the service that makes this internal call.</summary>
    public static string CallerName(this HttpContext context) =>
        context.Features.Get<InternalCaller>()?.Name ?? throw new InvalidOperationException("Not an internal call.");

    internal static async Task CheckCallerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<InternalMetadata>() is { } wanted)
        {
            var name = context.Request.Headers[CallerKeys.NameHeader].ToString();
            var key = context.Request.Headers[CallerKeys.KeyHeader].ToString();
            var known = context.RequestServices.GetRequiredService<CallerKeys>().Accepts(name, key);
            if (!known || (wanted.Callers.Count > 0 && !wanted.Callers.Contains(name)))
                throw Refusal();
            context.Features.Set(new InternalCaller(name));
        }

        await next(context);
    }

    private static ProblemException Refusal() =>
        new(StatusCodes.Status401Unauthorized, "caller_unknown", "This address is for Shop's own services.");

    private sealed record InternalMetadata(IReadOnlyList<string> Callers);

    private sealed record InternalCaller(string Name);

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
