using System.Globalization;

namespace Shop.Web.Services;

/// <summary>Cart and orders of the current visitor or customer.</summary>
public sealed class OrdersClient(HttpClient http) : ServiceClient(http, "orders")
{
    public Task<Cart> CartAsync(CancellationToken cancellationToken) => GetAsync("/api/cart", WebJson.Default.Cart, cancellationToken);

    /// <param name="sku">Null for the product's default variant.</param>
    public Task SetQuantityAsync(long productId, string? sku, int quantity, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Put, productId, sku, quantity, cancellationToken);

    /// <param name="productId">What is to be in the cart.</param>
    /// <param name="sku">Null for the product's default variant.</param>
    /// <param name="quantity">How many more than there are.</param>
    public Task AddAsync(long productId, string? sku, int quantity, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, productId, sku, quantity, cancellationToken);

    private async Task ChangeAsync(HttpMethod method, long productId, string? sku, int quantity, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, Item(productId))
        {
            Content = JsonContent.Create(new SetQuantity(quantity, sku), WebJson.Default.SetQuantity),
        };
        await SendAsync(request, cancellationToken);
    }

    public async Task RemoveAsync(long productId, string? sku, CancellationToken cancellationToken)
    {
        var address = Item(productId) + (sku is null ? "" : "?sku=" + Uri.EscapeDataString(sku));
        using var request = new HttpRequestMessage(HttpMethod.Delete, address);
        await SendAsync(request, cancellationToken);
    }

    /// <summary>Orders the cart. Repeating it with the same key answers the same order.</summary>
    /// <param name="expectedTotal">After the discount.</param>
    public async Task<Order> PlaceAsync(decimal expectedTotal, string? coupon, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
        {
            Headers = { { "Idempotency-Key", key } },
            Content = JsonContent.Create(new PlaceOrder(expectedTotal, coupon), WebJson.Default.PlaceOrder),
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
