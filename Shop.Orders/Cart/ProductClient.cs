using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Polly;
using Shop.Orders.Checkout;

namespace Shop.Orders.Cart;

/// <summary>Names, pictures and prices for a cart, from Catalog's public API.</summary>
internal sealed class ProductClient(HttpClient http)
{
    /// <summary>
    /// The products that exist, by id: all in one call, and what that call did not hold one by one. The language is the
    /// shopper's Accept-Language, handed on.
    /// </summary>
    public async Task<IReadOnlyDictionary<long, CatalogProduct>> FindAsync(
        IReadOnlyCollection<long> ids, string? language, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await ManyAsync(ids, language, cancellationToken)).Where(product => ids.Contains(product.Id)).DistinctBy(product => product.Id).ToList();
            var missing = ids.Except(found.Select(product => product.Id));
            var singles = await Task.WhenAll(missing.Select(id => OneAsync(id, language, cancellationToken)));
            return found.Concat(singles.OfType<CatalogProduct>()).ToDictionary(product => product.Id);
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
        return (await response.Content.ReadFromJsonAsync(OrdersJson.Default.CatalogProducts, cancellationToken))?.Items ?? [];
    }

    private async Task<CatalogProduct?> OneAsync(long id, string? language, CancellationToken cancellationToken)
    {
        using var response = await GetAsync($"/api/products/{id.ToString(CultureInfo.InvariantCulture)}", language, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(OrdersJson.Default.CatalogProduct, cancellationToken);
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
