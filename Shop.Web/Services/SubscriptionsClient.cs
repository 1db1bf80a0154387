using System.Globalization;

namespace Shop.Web.Services;

/// <summary>The variant that a customer waits for; null for the default one.</summary>
public sealed record Subscribe(string? Sku);

/// <summary>What customers wait for, in Catalog.</summary>
public sealed class SubscriptionsClient(HttpClient http) : ServiceClient(http, "catalog")
{
    /// <summary>The customer is told by mail, once, when the variant is back.</summary>
    public async Task AddAsync(long productId, string? sku, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/api/products/{productId}/subscriptions"))
        {
            Content = JsonContent.Create(new Subscribe(sku), WebJson.Default.Subscribe),
        };
        await SendAsync(request, cancellationToken);
    }
}
