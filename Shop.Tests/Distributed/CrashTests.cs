using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

/// <summary>Services that die at the worst moment. The graph is this test's own.</summary>
public sealed class CrashTests
{
    [Fact]
    public async Task A_service_killed_between_commit_and_publish_loses_nothing()
    {
        // Payments crashes before its relay publishes the first message: the money is in the ledger, and Orders does not
        // know. The environment is made anew for every start, and only the first gets the failpoint.
        var crash = true;
        await using var app = await ShopGraph.StartAsync(configure: builder => builder
            .CreateResourceBuilder<ProjectResource>("payments")
            .WithEnvironment(context =>
            {
                if (crash)
                    context.EnvironmentVariables["Failpoints__messaging.relay.before-publish"] = "crash";
            }));
        using var customer = ShopGraph.Visitor(app);
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;
        await customer.PayAsync(orderId);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await app.ResourceNotifications.WaitForResourceAsync("payments", KnownResourceStates.Finished, deadline.Token);
        Assert.Equal("paying", await customer.StatusAsync(orderId));
        Assert.Equal(1, await ShopGraph.QueryAsync<long>(app, "paymentsdb",
            "select count(*) from ledger_entries where order_id = $1 and account = 'orders'", Guid.Parse(orderId)));

        crash = false;
        var started = await app.ResourceCommands.ExecuteCommandAsync("payments", KnownResourceCommands.StartCommand, deadline.Token);
        Assert.True(started.Success, started.Message);
        await customer.BecomesAsync(orderId, "paid");
        Assert.Equal(1, await ShopGraph.QueryAsync<long>(app, "paymentsdb",
            "select count(*) from ledger_entries where order_id = $1 and account = 'orders'", Guid.Parse(orderId)));
    }
}
