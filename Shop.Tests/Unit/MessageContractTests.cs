using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Shop.Catalog;
using Shop.Catalog.StockEvents;
using Shop.Orders;
using Shop.Payments;
using Shop.Payments.Payments;

namespace Shop.Tests.Unit;

/// <summary>Services own their message records (docs/adr/0003): what one publishes, the others must be able to read.</summary>
public sealed class MessageContractTests
{
    private static readonly Guid One = Guid.Parse("11111111-1111-8111-8111-111111111111");
    private static readonly Guid Two = Guid.Parse("22222222-2222-8222-8222-222222222222");

    [Fact]
    public void Catalog_reads_what_Orders_publishes()
    {
        Reads(new Shop.Orders.OrderPaid(One, 3, Two, 12_345, "CNY", 7), OrdersJson.Default.OrderPaid, CatalogJson.Default.OrderPaid);
        Reads(new Shop.Orders.OrderCancelled(One, 7), OrdersJson.Default.OrderCancelled, CatalogJson.Default.OrderCancelled);
        Reads(new Shop.Orders.OrderExpired(One, 7), OrdersJson.Default.OrderExpired, CatalogJson.Default.OrderExpired);
    }

    [Fact]
    public void Orders_reads_what_Payments_publishes()
    {
        Reads(new Shop.Payments.Payments.PaymentSucceeded(One, Two, 12_345, "CNY", 7), PaymentsJson.Default.PaymentSucceeded, OrdersJson.Default.PaymentSucceeded);
        Reads(new Shop.Payments.Payments.PaymentFailed(One, Two, "declined", 7), PaymentsJson.Default.PaymentFailed, OrdersJson.Default.PaymentFailed);
    }

    [Fact]
    public void Payments_reads_what_Orders_publishes() =>
        Reads(new Shop.Orders.RefundRequested(One, Two, "order_expired", 7), OrdersJson.Default.RefundRequested, PaymentsJson.Default.RefundRequested);

    [Fact]
    public void What_Catalog_tells_of_stock_is_as_docs_stock_events_says()
    {
        Says("""{"productId":7,"sku":"A","available":3,"version":9}""", new StockChanged(7, "A", 3, 9), CatalogJson.Default.StockChanged);
        Says("""{"productId":7,"sku":"A","available":3,"threshold":5,"version":9}""", new LowStock(7, "A", 3, 5, 9), CatalogJson.Default.LowStock);
        Says("""{"productId":7,"sku":"A","available":3,"version":9}""", new BackInStock(7, "A", 3, 9), CatalogJson.Default.BackInStock);
    }

    private static void Says<T>(string wire, T message, JsonTypeInfo<T> type) => Assert.Equal(wire, JsonSerializer.Serialize(message, type));

    // Whatever the consumer's record holds must have come from the message, under the same name and with the same value.
    private static void Reads<TPublished, TConsumed>(TPublished message, JsonTypeInfo<TPublished> published, JsonTypeInfo<TConsumed> consumed)
    {
        var wire = JsonSerializer.SerializeToUtf8Bytes(message, published);
        var sent = JsonNode.Parse(wire)!.AsObject();
        var read = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(wire, consumed)!, consumed)!.AsObject();
        Assert.NotEmpty(read);
        foreach (var (name, value) in read)
            Assert.True(JsonNode.DeepEquals(sent[name], value), $"{typeof(TConsumed)}.{name}: {value?.ToJsonString()} read, {sent[name]?.ToJsonString()} sent");
    }
}
