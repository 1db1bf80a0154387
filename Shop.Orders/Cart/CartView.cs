using System.Text.Json;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults;

namespace Shop.Orders.Cart;

/// <summary>What a line means: a product's variant by SKU, or its default one.</summary>
internal readonly record struct VariantKey(long ProductId, string? Sku)
{
    public static VariantKey Of(DraftLine line) => new(line.ProductId, line.Sku);
}

/// <summary>A variant as Catalog shows it to everybody; the price in major units. What Orders only passes on stays as it came.</summary>
internal sealed record CatalogVariant(
    long ProductId, string Sku, bool IsDefault, string Slug, string Name, decimal Price, string Currency, string? ImageUrl, JsonElement? Available)
{
    /// <summary>The names under which a cart may hold it.</summary>
    public IEnumerable<VariantKey> Keys => IsDefault ? [new(ProductId, null), new(ProductId, Sku)] : [new(ProductId, Sku)];
}

/// <summary>Catalog's variants that were asked for.</summary>
internal sealed record CatalogVariants(IReadOnlyList<CatalogVariant> Items);

/// <summary>A variant in the cart at today's price, in major units. The SKU is null for a product's default variant.</summary>
internal sealed record CartItem(
    long ProductId, string? Sku, string Slug, string Name, decimal Price, int Quantity, JsonElement? Available, string? ImageUrl, decimal LineTotal);

/// <summary>A cart as clients see it; <c>count</c> is the number of units.</summary>
internal sealed record CartView(IReadOnlyList<CartItem> Items, decimal Total, string Currency, int Count)
{
    public static CartView Empty { get; } = new([], 0, Money.DefaultCurrency, 0);

    /// <summary>Lines whose variant is sold no longer are left out.</summary>
    public static CartView From(IReadOnlyList<DraftLine> lines, IReadOnlyDictionary<VariantKey, CatalogVariant> variants)
    {
        var items = lines.Where(line => variants.ContainsKey(VariantKey.Of(line))).Select(line => Item(line, variants[VariantKey.Of(line)])).ToList();
        return items.Count == 0
            ? Empty
            : new(items, items.Sum(item => item.LineTotal), variants.Values.First().Currency, items.Sum(item => item.Quantity));
    }

    private static CartItem Item(DraftLine line, CatalogVariant variant) => new(
        line.ProductId, line.Sku, variant.Slug, variant.Name, variant.Price, line.Quantity, variant.Available, variant.ImageUrl,
        variant.Price * line.Quantity);
}
