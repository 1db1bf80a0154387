using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Shop.Tests.Distributed;

/// <summary>The graph with a streaming standby beside the local server.</summary>
[Collection(BreakableGraph.Collection)]
public sealed class StandbyTests(BreakableGraph graph)
{
    private const string Standby = "postgres-standby";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_standby_is_fed_and_read_and_the_list_goes_on_without_it()
    {
        using var visitor = graph.Visitor();

        await HealthBecomesAsync("Healthy");
        await Eventually.BecomesAsync(
            "the standby is fed",
            () => ShopGraph.QueryAsync<string>(graph.App, "catalogdb", "select coalesce(max(state), '') from pg_stat_replication where application_name = 'standby'"),
            state => state == "streaming");

        await graph.CommandAsync(Standby, KnownResourceCommands.StopCommand);
        Assert.NotEmpty(await visitor.ProductsAsync("limit=7"));
        await HealthBecomesAsync("Degraded");
        Assert.NotEmpty(await visitor.ProductsAsync("limit=8"));

        await graph.CommandAsync(Standby, KnownResourceCommands.StartCommand);
        await HealthBecomesAsync("Healthy");
    }

    private async Task HealthBecomesAsync(string expected)
    {
        using var catalog = new HttpClient { BaseAddress = graph.App.GetEndpoint("catalog") };
        await Eventually.BecomesAsync(
            $"the standby is {expected}",
            async () =>
            {
                using var response = await catalog.GetAsync("/health");
                return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["checks"]!["catalogdb-standby"]!["status"]!;
            },
            health => health == expected, Deadline);
    }
}
