using System.Globalization;

namespace Shop.Web.Services;

/// <summary>Cart and orders of the current visitor or customer.</summary>
public sealed class OrdersClient(HttpClient http) : ServiceClient(http, "orders")
{
    public Task<Cart> CartAsync(CancellationToken cancellationToken) => GetAsync("/api/cart", WebJson.Default.Cart, cancellationToken);

    public async Task SetQuantityAsync(long productId, int quantity, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Item(productId))
        {
            Content = JsonContent.Create(new SetQuantity(quantity), WebJson.Default.SetQuantity),
        };
        await SendAsync(request, cancellationToken);
    }

    public async Task RemoveAsync(long productId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Item(productId));
        await SendAsync(request, cancellationToken);
    }

    /// <summary>Orders the cart. Repeating it with the same key answers the same order.</summary>
    public async Task<Order> PlaceAsync(decimal expectedTotal, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
        {
            Headers = { { "Idempotency-Key", key } },
            Content = JsonContent.Create(new PlaceOrder(expectedTotal), WebJson.Default.PlaceOrder),
        };
        return await SendAsync(request, WebJson.Default.Order, cancellationToken);
    }

    public Task<Order?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync($"/api/orders/{id:D}", WebJson.Default.Order, cancellationToken);

    public Task<OrderPage> ListAsync(string? after, CancellationToken cancellationToken) =>
        GetAsync("/api/orders?limit=20" + (after is null ? "" : "&after=" + Uri.EscapeDataString(after)), WebJson.Default.OrderPage, cancellationToken);

    public async Task CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/orders/{id:D}");
        await SendAsync(request, cancellationToken);
    }

    private static string Item(long productId) => string.Create(CultureInfo.InvariantCulture, $"/api/cart/items/{productId}");
}
