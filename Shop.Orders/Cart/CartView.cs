using System.Text.Json;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults;

namespace Shop.Orders.Cart;

/// <summary>A product as Catalog shows it to everybody; the price in major units. What Orders only passes on stays as it came.</summary>
internal sealed record CatalogProduct(
    long Id, string Slug, string Name, decimal Price, string Currency, string? ImageUrl, JsonElement? Available);

/// <summary>A page of Catalog's products.</summary>
internal sealed record CatalogProducts(IReadOnlyList<CatalogProduct> Items);

/// <summary>A product in the cart at today's price, in major units.</summary>
internal sealed record CartItem(
    long ProductId, string Slug, string Name, decimal Price, int Quantity, JsonElement? Available, string? ImageUrl, decimal LineTotal);

/// <summary>A cart as clients see it; <c>count</c> is the number of units.</summary>
internal sealed record CartView(IReadOnlyList<CartItem> Items, decimal Total, string Currency, int Count)
{
    public static CartView Empty { get; } = new([], 0, Money.DefaultCurrency, 0);

    /// <summary>Lines whose product is sold no longer are left out.</summary>
    public static CartView From(IReadOnlyList<DraftLine> lines, IReadOnlyDictionary<long, CatalogProduct> products)
    {
        var items = lines.Where(line => products.ContainsKey(line.ProductId)).Select(line => Item(line, products[line.ProductId])).ToList();
        return items.Count == 0
            ? Empty
            : new(items, items.Sum(item => item.LineTotal), products[items[0].ProductId].Currency, items.Sum(item => item.Quantity));
    }

    private static CartItem Item(DraftLine line, CatalogProduct product) =>
        new(product.Id, product.Slug, product.Name, product.Price, line.Quantity, product.Available, product.ImageUrl, product.Price * line.Quantity);
}
