using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

namespace Shop.Catalog.Administration;

/// <summary>Bodies that are no JSON.</summary>
internal static class RawBodies
{
    /// <summary>
    /// Names the body's types in the OpenAPI document. Unlike <c>Accepts</c> it leaves refusing others to the handler, which
    /// comes behind authorization; so does the size, which the handler bounds with a <see cref="BoundedBody"/>.
    /// </summary>
    /// <param name="bound">In bytes.</param>
    public static RouteHandlerBuilder TakesBody(this RouteHandlerBuilder route, int bound, params string[] mediaTypes) => route
        .WithMetadata(new RequestSizeLimitAttribute(2L * bound))
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
