using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

/// <summary>Servers that go away and come back.</summary>
[Collection(BreakableGraph.Collection)]
public sealed class OutageTests(BreakableGraph graph)
{
    [Fact]
    public async Task Without_Redis_and_RabbitMQ_browsing_and_ordering_go_on_and_the_order_is_paid_after_they_return()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        await graph.CommandAsync("cache", KnownResourceCommands.StopCommand);
        await graph.CommandAsync("messaging", KnownResourceCommands.StopCommand);

        Assert.NotEmpty(await customer.ProductsAsync());
        await customer.SendAsync(HttpMethod.Get, $"/api/products/{productId}");
        Assert.Empty((await customer.SendAsync(HttpMethod.Get, "/api/cart"))["items"]!.AsArray());
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;
        var paymentId = (string)(await customer.PayAsync(orderId))["id"]!;
        await Eventually.BecomesAsync("the payment succeeds without a broker",
            async () => (string)(await customer.SendAsync(HttpMethod.Get, $"/api/payments/{paymentId}"))["status"]!, status => status == "succeeded");
        Assert.Equal("paying", await customer.StatusAsync(orderId));

        await graph.CommandAsync("messaging", KnownResourceCommands.StartCommand);
        await graph.CommandAsync("cache", KnownResourceCommands.StartCommand);
        await customer.BecomesAsync(orderId, "paid", TimeSpan.FromSeconds(60));
        await Eventually.BecomesAsync("the unit is sold", () => SoldAsync(orderId), sold => sold == -1);
    }

    private Task<long> SoldAsync(string orderId) => ShopGraph.QueryAsync<long>(graph.App, "catalogdb",
        "select coalesce(sum(quantity), 0)::bigint from stock_ledger where kind = 'sold' and order_id = $1", Guid.Parse(orderId));
}
