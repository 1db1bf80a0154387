using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Administration;

/// <summary>Bodies that are no JSON.</summary>
internal static class RawBodies
{
    /// <summary>
    /// Requests of a route that a replica has at a time, from the first byte to the answer: a body is kept in memory as a whole, and
    /// what it is read into may be three times as large.
    /// </summary>
    public const int AtOnce = 16;

    /// <summary>
    /// Names the body's types in the OpenAPI document. Unlike <c>Accepts</c> it leaves refusing others to the handler, which
    /// comes behind authorization; so does the size, which the handler bounds with a <see cref="BoundedBody"/>. Beyond
    /// <see cref="AtOnce"/> the answer is 503 <c>busy</c>.
    /// </summary>
    /// <param name="bound">In bytes.</param>
    public static RouteHandlerBuilder TakesBody(this RouteHandlerBuilder route, int bound, params string[] mediaTypes)
    {
        var places = new SemaphoreSlim(AtOnce);
        return route
            .WithMetadata(new RequestSizeLimitAttribute(2L * bound))
            .AddEndpointFilter((context, next) => InPlaceAsync(places, context, next))
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = mediaTypes.ToDictionary(
                        type => type,
                        _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } }),
                };
                return Task.CompletedTask;
            });
    }

    private static async ValueTask<object?> InPlaceAsync(
        SemaphoreSlim places, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!await places.WaitAsync(TimeSpan.Zero, context.HttpContext.RequestAborted)) throw Problem.Busy("Too many uploads are under way.");
        try
        {
            return await next(context);
        }
        finally
        {
            places.Release();
        }
    }
}
