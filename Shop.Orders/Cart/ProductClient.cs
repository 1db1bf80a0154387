using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Polly;
using Shop.Orders.Checkout;

namespace Shop.Orders.Cart;

/// <summary>Names, pictures and prices for a cart, from Catalog's public API.</summary>
internal sealed class ProductClient(HttpClient http)
{
    /// <summary>
    /// The variants that are sold; what is not among them is sold no longer. The language is the shopper's Accept-Language,
    /// handed on.
    /// </summary>
    public async Task<IReadOnlyDictionary<VariantKey, CatalogVariant>> FindAsync(
        IReadOnlyCollection<DraftLine> lines, string? language, CancellationToken cancellationToken)
    {
        try
        {
            var variants = await ManyAsync(lines, language, cancellationToken);
            return variants.SelectMany(variant => variant.Keys.Select(key => (key, variant))).ToDictionary(pair => pair.key, pair => pair.variant);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or ExecutionRejectedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw CatalogReservations.Unavailable();
        }
    }

    private async Task<IReadOnlyList<CatalogVariant>> ManyAsync(IReadOnlyCollection<DraftLine> lines, string? language, CancellationToken cancellationToken)
    {
        var products = lines.Where(line => line.Sku is null).Select(line => line.ProductId.ToString(CultureInfo.InvariantCulture));
        var skus = lines.Select(line => line.Sku).OfType<string>();
        using var response = await GetAsync($"/api/variants?products={string.Join(',', products)}&skus={string.Join(',', skus)}", language, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(OrdersJson.Default.CatalogVariants, cancellationToken))?.Items ?? throw new JsonException("empty answer");
    }

    private async Task<HttpResponseMessage> GetAsync(string address, string? language, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (!string.IsNullOrEmpty(language))
        {
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
        }

        return await http.SendAsync(request, cancellationToken);
    }
}
