using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Shop.Web.Gateway;

/// <summary>Collects the services' OpenAPI documents.</summary>
public sealed partial class OpenApiSources(
    IHttpClientFactory clients, [FromKeyedServices("v1")] IOpenApiDocumentProvider own, ILogger<OpenApiSources> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);

    /// <summary>Web's own document first, then those of the services that answer in time.</summary>
    public async Task<IReadOnlyList<ServiceDocument>> CollectAsync(CancellationToken cancellationToken)
    {
        var others = await Task.WhenAll(GatewayRoutes.Services.Select(service => FetchAsync(service, cancellationToken)));
        return [await OwnAsync(cancellationToken), .. others.OfType<ServiceDocument>()];
    }

    private async Task<ServiceDocument> OwnAsync(CancellationToken cancellationToken)
    {
        var document = await own.GetOpenApiDocumentAsync(cancellationToken);
        var json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        return new("web", (JsonObject)JsonNode.Parse(json)!);
    }

    private async Task<ServiceDocument?> FetchAsync(string service, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var client = clients.CreateClient(service);
            await using var body = await client.GetStreamAsync($"https+http://{service}/openapi/v1.json", deadline.Token);
            return await JsonNode.ParseAsync(body, cancellationToken: deadline.Token) is JsonObject document ? new(service, document) : null;
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException || Services.ServiceAway.Is(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogMissing(log, exception, service);
            return null;
        }
    }

    [LoggerMessage(2020, LogLevel.Warning, "The OpenAPI document of {Service} is missing from the merged one")]
    private static partial void LogMissing(ILogger log, Exception exception, string service);
}
