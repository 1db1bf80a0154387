using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

/// <summary>Services that die at the worst moment.</summary>
[Collection(BreakableGraph.Collection)]
public sealed class CrashTests(BreakableGraph graph)
{
    [Fact]
    public async Task A_service_killed_between_commit_and_publish_loses_nothing()
    {
        // Payments crashes before its relay publishes the first message: the money is in the ledger, and Orders does not know.
        await graph.CommandAsync("payments", KnownResourceCommands.StopCommand);
        graph.LetPaymentsCrash(true);
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await graph.CommandAsync("payments", KnownResourceCommands.StartCommand);
        await ShopGraph.WaitUntilHealthyAsync(graph.App, deadline.Token, "payments");
        await customer.PayAsync(orderId);

        await graph.App.ResourceNotifications.WaitForResourceAsync("payments", KnownResourceStates.Finished, deadline.Token);
        Assert.Equal("paying", await customer.StatusAsync(orderId));
        Assert.Equal(1, await PaymentsAsync(orderId));

        graph.LetPaymentsCrash(false);
        await graph.CommandAsync("payments", KnownResourceCommands.StartCommand);
        await customer.BecomesAsync(orderId, "paid");
        Assert.Equal(1, await PaymentsAsync(orderId));
    }

    private Task<long> PaymentsAsync(string orderId) => ShopGraph.QueryAsync<long>(graph.App, "paymentsdb",
        "select count(*) from ledger_entries where order_id = $1 and account = 'orders'", Guid.Parse(orderId));
}
