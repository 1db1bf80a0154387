namespace Shop.Web.Gateway;

/// <summary>The one OpenAPI document of the whole API, and a page to try it.</summary>
public static class OpenApiEndpoints
{
    private const string Document = "/openapi/v1.json";

    // Each making asks all services; a service that was away is in it soon.
    private static readonly TimeSpan DocumentAge = TimeSpan.FromSeconds(5);

    public static void MapMergedOpenApi(this WebApplication app) =>
        // Before the endpoint of the service defaults, which has the same address and knows Web's own part only.
        app.MapGet(Document, MergeAsync).AllowAnonymous().ExcludeFromDescription().WithOrder(-1)
            .CacheOutput(answer => answer.Expire(DocumentAge));

    public static void UseApiPage(this WebApplication app) => app.UseSwaggerUI(page =>
    {
        page.RoutePrefix = "docs";
        page.DocumentTitle = "Shop API";
        page.SwaggerEndpoint(Document, "Shop");
    });

    private static async Task<IResult> MergeAsync(OpenApiSources sources, CancellationToken cancellationToken) =>
        Results.Text(OpenApiMerge.Merge("Shop", await sources.CollectAsync(cancellationToken)).ToJsonString(), "application/json");
}
