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
    /// The products that are sold, by id; what is not among them is sold no longer. The language is the shopper's
    /// Accept-Language, handed on.
    /// </summary>
    public async Task<IReadOnlyDictionary<long, CatalogProduct>> FindAsync(
        IReadOnlyCollection<long> ids, string? language, CancellationToken cancellationToken)
    {
        try
        {
            return (await ManyAsync(ids, language, cancellationToken)).ToDictionary(product => product.Id);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or ExecutionRejectedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw CatalogReservations.Unavailable();
        }
    }

    private async Task<IReadOnlyList<CatalogProduct>> ManyAsync(IReadOnlyCollection<long> ids, string? language, CancellationToken cancellationToken)
    {
        var list = string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        using var response = await GetAsync($"/api/products?ids={list}&limit={ids.Count.ToString(CultureInfo.InvariantCulture)}", language, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(OrdersJson.Default.CatalogProducts, cancellationToken))?.Items ?? throw new JsonException("empty answer");
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
