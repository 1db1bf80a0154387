using System.Text.Json.Serialization;

namespace Shop.Web.Services;

// What the pages need of the services' public answers. Money is in major units, as the API gives it.

/// <summary>A product; <paramref name="Available"/> counts units that can be bought now.</summary>
public sealed record Product(
    long Id, string Slug, string Name, decimal Price, string Currency, string Category, string ImageUrl, int Available,
    string? CategoryName = null, string? Description = null, string? Brand = null, string? BrandName = null, decimal Rating = 0, int Reviews = 0,
    int VariantCount = 1, IReadOnlyList<Variant>? Variants = null, string? DescriptionHtml = null, IReadOnlyList<Picture>? Pictures = null)
{
    /// <summary>What there is to choose from; empty when there is only one thing to buy.</summary>
    public IReadOnlyList<Variant> Choices => Variants is { Count: > 1 } several ? several : [];

    /// <summary>The product's page.</summary>
    public string Address() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/products/{Id}/{Slug}");
}

/// <summary>What is sold of a product, and what tells it from the others; the first one is the default.</summary>
public sealed record Variant(
    string Sku, decimal Price, IReadOnlyDictionary<string, string> Attributes, int Available, int? LimitPerCustomer = null);

/// <summary>An uploaded picture, its size in pixels.</summary>
/// <param name="Alt">What it shows, in the language of the page.</param>
public sealed record Picture(string Url, string Alt, int Width, int Height);

/// <summary>
/// A page of products; <paramref name="Next"/> is what to pass as <c>after</c>, <paramref name="Corrected"/> what was searched
/// for when what was typed finds nothing.
/// </summary>
public sealed record ProductPage(IReadOnlyList<Product> Items, string? Next, string? Corrected = null);

/// <summary>A category; one without <paramref name="Parent"/> is a department.</summary>
public sealed record Category(string Slug, string Name, int? Count = null, string? Parent = null);

public sealed record CategoryList(IReadOnlyList<Category> Items);

public sealed record CartLine(long ProductId, string? Sku, string Slug, string Name, decimal Price, int Quantity, int? Available, string? ImageUrl);

public sealed record Cart(IReadOnlyList<CartLine> Items, decimal Total, string Currency)
{
    public static readonly Cart Empty = new([], 0, "CNY");
}

public sealed record SetQuantity(int Quantity, string? Sku);

public sealed record OrderLine(long ProductId, string Name, int Quantity, decimal Price, string? NameZh = null, string? Sku = null);

public sealed record Order(
    Guid Id, string Status, decimal Total, string Currency, IReadOnlyList<OrderLine> Lines, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    long Version = 0, string? Coupon = null, decimal Discount = 0);

public sealed record OrderPage(IReadOnlyList<Order> Items, string? Next);

/// <summary>Orders the whole cart, if it still costs <paramref name="ExpectedTotal"/> with the coupon.</summary>
public sealed record PlaceOrder(
    decimal ExpectedTotal, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Coupon);

/// <summary>What a coupon comes to at this moment; <paramref name="Total"/> is after the discount.</summary>
public sealed record CouponQuote(string Coupon, string Name, string? NameZh, decimal Discount, bool FreeShipping, decimal Total);

public sealed record StartPayment(Guid OrderId, string Method);

public sealed record Payment(Guid Id, string Status);

/// <summary>The part of a problem document that pages act on.</summary>
public sealed record ProblemAnswer(string? Code, string? Detail, string? Field, long? ProductId, int? Available, decimal? Total, decimal? Minimum = null);
