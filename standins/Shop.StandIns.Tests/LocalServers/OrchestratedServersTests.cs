using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;
using Shop.StandIns.Tests.Hosting;

namespace Shop.StandIns.Tests.LocalServers;

public sealed class OrchestratedServersTests
{
    [Fact]
    public async Task The_three_servers_become_healthy_and_nothing_of_them_is_left_after_the_end()
    {
        var builder = TestApplication.CreateBuilder("SHOP_SERVERS=local");
        var postgres = builder.AddPostgres("postgres");
        IResourceWithConnectionString database = postgres.AddDatabase("catalogdb").Resource;
        var cache = builder.AddRedis("cache");
        var messaging = builder.AddRabbitMQ("messaging");
        int[] ports;
        await using (var application = builder.Build())
        {
            await application.StartAsync(TestApplication.Limit());
            foreach (var name in new[] { "postgres", "catalogdb", "cache", "messaging" })
                await application.ResourceNotifications.WaitForResourceHealthyAsync(name, TestApplication.Limit(90));

            await using var connection = new NpgsqlConnection(await database.GetConnectionStringAsync(TestApplication.Limit()) + ";Pooling=false");
            await connection.OpenAsync(TestApplication.Limit());
            Assert.Equal("catalogdb", connection.Database);
            ports = [postgres.Resource.PrimaryEndpoint.Port, cache.Resource.PrimaryEndpoint.Port, messaging.Resource.PrimaryEndpoint.Port];
            Assert.All(ports, port => Assert.True(LocalServerRun.IsListening(port)));
        }

        Assert.All(ports, port => Assert.False(LocalServerRun.IsListening(port)));
    }

    [Fact]
    public async Task A_server_that_cannot_start_shows_its_last_words()
    {
        var builder = TestApplication.CreateBuilder("SHOP_SERVERS=local");
        builder.AddPostgres("postgres").WithArgs("-c", "max_connections=none");
        await using var application = builder.Build();
        await application.StartAsync(TestApplication.Limit());

        var ended = await application.ResourceNotifications.WaitForResourceAsync(
            "postgres", e => e.Snapshot.State?.Text is { } state && KnownResourceStates.TerminalStates.Contains(state), TestApplication.Limit(90));

        Assert.Equal(1, ended.Snapshot.ExitCode);
        await foreach (var lines in application.Services.Loggers().WatchAsync(ended.ResourceId, TestApplication.Limit()))
            if (lines.Any(l => l.Content.Contains("invalid value for parameter \"max_connections\"", StringComparison.Ordinal))) return;
        Assert.Fail("It said nothing.");
    }
}
