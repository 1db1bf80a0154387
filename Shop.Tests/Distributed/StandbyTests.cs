using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Shop.Tests.Distributed;

/// <summary>The graph with a streaming standby beside the local server.</summary>
public sealed class StandbyTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_standby_is_fed_and_read_and_the_list_goes_on_without_it()
    {
        await using var app = await ShopGraph.StartAsync(null, null, "--Shop:Standby=true", "--SHOP_SERVERS=local");
        using var visitor = ShopGraph.Visitor(app);

        await HealthBecomesAsync(app, "Healthy");
        Assert.Equal("streaming", await ShopGraph.QueryAsync<string>(
            app, "catalogdb", "select state from pg_stat_replication where application_name = 'standby'"));

        await CommandAsync(app, KnownResourceCommands.StopCommand);
        Assert.NotEmpty(await visitor.ProductsAsync("limit=7"));
        await HealthBecomesAsync(app, "Degraded");
        Assert.NotEmpty(await visitor.ProductsAsync("limit=8"));

        await CommandAsync(app, KnownResourceCommands.StartCommand);
        await HealthBecomesAsync(app, "Healthy");
    }

    private static async Task HealthBecomesAsync(DistributedApplication app, string expected)
    {
        using var catalog = new HttpClient { BaseAddress = app.GetEndpoint("catalog") };
        await Eventually.BecomesAsync(
            $"the standby is {expected}",
            async () =>
            {
                using var response = await catalog.GetAsync("/health");
                return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["checks"]!["catalogdb-standby"]!["status"]!;
            },
            health => health == expected, Deadline);
    }

    private static async Task CommandAsync(DistributedApplication app, string command)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var result = await app.ResourceCommands.ExecuteCommandAsync("postgres-standby", command, deadline.Token);
        Assert.True(result.Success, $"{command}: {result.Message}");
    }
}
