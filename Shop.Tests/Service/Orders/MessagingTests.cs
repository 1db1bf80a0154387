namespace Shop.Tests.Service.Orders;

/// <summary>The whole way of a message through RabbitMQ: who listens to what, and on which shard it is handled.</summary>
[Collection(Servers.Collection)]
public sealed class MessagingTests(OrdersBedWithBroker bed) : IClassFixture<OrdersBedWithBroker>
{
    [Theory]
    [InlineData("payment-succeeded", "paid")]
    [InlineData("payment-failed", "reserved")]
    public async Task News_of_a_payment_reaches_the_shard_of_its_order(string type, string status)
    {
        for (var n = 0; n < 6; n++)
        {
            using var shopper = bed.Shopper();
            var order = (await shopper.OrderAsync(new { productId = bed.Product(10, 1000), quantity = 1 })).Id;
            var payment = Guid.CreateVersion7();
            await bed.StartPaymentAsync(order, payment, shopper.CustomerId);
            await bed.ExecuteAsync(order, $$"""
                INSERT INTO shop_outbox (message_id, type, aggregate_id, version, body)
                VALUES ('{{Guid.CreateVersion7()}}', '{{type}}', $1, 2, convert_to(json_build_object(
                    'paymentId', '{{payment}}', 'orderId', $1, 'amount', 1000, 'currency', 'CNY', 'version', 2)::text, 'UTF8'))
                """);
            await Eventually.TrueAsync(async () => await bed.QueryAsync<string>(order, "SELECT status FROM orders WHERE id = $1") == status);
        }
    }
}
