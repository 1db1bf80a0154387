using System.Buffers.Binary;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Products;

/// <summary>A product was made, changed or retired; what it is now is for the listener to read.</summary>
/// <param name="Version">Of the product; grows with every change.</param>
public sealed record ProductChanged(long Id, int Version, bool Retired);

/// <summary>A variant's price.</summary>
/// <param name="Old">Minor units; null for a new variant.</param>
/// <param name="New">Minor units.</param>
/// <param name="Version">Of the product.</param>
public sealed record PriceChanged(string Sku, long ProductId, long? Old, long New, int Version);

public static class ProductEvents
{
    /// <summary>Events that may have no listener.</summary>
    public static MessagingBuilder PublishProductEvents(this MessagingBuilder messaging) => messaging
        .Publish("product-changed", CatalogJson.Default.ProductChanged, optional: true)
        .Publish("price-changed", CatalogJson.Default.PriceChanged, optional: true);

    /// <summary>A number, as that of a product, as the id of the aggregate that a message is about.</summary>
    public static Guid AggregateOf(long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], number);
        return new Guid(bytes, bigEndian: true);
    }
}
