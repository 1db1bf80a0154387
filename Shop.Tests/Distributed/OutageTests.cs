using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

/// <summary>Servers that go away and come back. The graph is this test's own.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Without_Redis_and_RabbitMQ_browsing_and_ordering_go_on_and_the_order_is_paid_after_they_return()
    {
        await using var app = await ShopGraph.StartAsync();
        using var customer = ShopGraph.Visitor(app);
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        await CommandAsync(app, "cache", KnownResourceCommands.StopCommand);
        await CommandAsync(app, "messaging", KnownResourceCommands.StopCommand);

        Assert.NotEmpty(await customer.ProductsAsync());
        await customer.SendAsync(HttpMethod.Get, $"/api/products/{productId}");
        Assert.Empty((await customer.SendAsync(HttpMethod.Get, "/api/cart"))["items"]!.AsArray());
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;
        var paymentId = (string)(await customer.PayAsync(orderId))["id"]!;
        await Eventually.BecomesAsync("the payment succeeds without a broker",
            async () => (string)(await customer.SendAsync(HttpMethod.Get, $"/api/payments/{paymentId}"))["status"]!, status => status == "succeeded");
        Assert.Equal("paying", await customer.StatusAsync(orderId));

        await CommandAsync(app, "messaging", KnownResourceCommands.StartCommand);
        await CommandAsync(app, "cache", KnownResourceCommands.StartCommand);
        await customer.BecomesAsync(orderId, "paid", TimeSpan.FromSeconds(60));
        await Eventually.BecomesAsync("the unit is sold", () => SoldAsync(app, orderId), sold => sold == -1);
    }

    private static Task<long> SoldAsync(DistributedApplication app, string orderId) => ShopGraph.QueryAsync<long>(app, "catalogdb",
        "select coalesce(sum(quantity), 0)::bigint from stock_ledger where kind = 'sold' and order_id = $1", Guid.Parse(orderId));

    private static async Task CommandAsync(DistributedApplication app, string resource, string command)
    {
        using var deadline = new CancellationTokenSource(StopDeadline);
        var result = await app.ResourceCommands.ExecuteCommandAsync(resource, command, deadline.Token);
        Assert.True(result.Success, $"{command} {resource}: {result.Message}");
    }
}
