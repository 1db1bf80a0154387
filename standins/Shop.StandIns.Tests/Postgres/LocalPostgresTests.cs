using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Npgsql;
using Shop.StandIns.Tests.LocalServers;

namespace Shop.StandIns.Tests.Postgres;

public sealed class LocalPostgresTests : IDisposable
{
    private const string WrongPassword = "28P01";
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(2));
    private readonly string _directory = LocalServerRun.CreateDirectory();

    [Fact]
    public async Task It_opens_to_its_password_only_and_takes_the_arguments_of_the_container()
    {
        var (builder, server, _) = Graph("Parameters:postgres-password=it's{{a}}secret");
        server.WithArgs("-c", "max_connections=77");
        await using var run = await LocalServerRun.StartAsync(builder.Build(), server.Resource, _directory, _timeout.Token);

        Assert.Equal("77", await ScalarAsync(server.Resource, "SHOW max_connections"));
        Assert.Equal("127.0.0.1", await ScalarAsync(server.Resource, "SHOW listen_addresses"));
        Assert.Equal("on", await ScalarAsync(server.Resource, "SHOW fsync"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(server.Resource, "SELECT 1", b => b.Password = "guess"));
        Assert.Equal(WrongPassword, refused.SqlState);
    }

    [Fact]
    public async Task Its_data_survives_a_stop_with_open_sessions_and_a_kill()
    {
        var (builder, server, port) = Graph();
        await using var application = builder.Build();
        await using (var run = await LocalServerRun.StartAsync(application, server.Resource, _directory, _timeout.Token))
        {
            await ScalarAsync(server.Resource, "CREATE TABLE kept AS SELECT 42 AS answer");
            await using var session = await OpenAsync(server.Resource);
            await run.StopAsync(_timeout.Token);
            Assert.Contains("database system is shut down", run.Output, StringComparison.Ordinal);
            Assert.False(LocalServerRun.IsListening(port));
            Assert.False(await run.IsHealthyAsync("postgres", _timeout.Token));
        }

        await using (var run = await LocalServerRun.StartAsync(application, server.Resource, _directory, _timeout.Token))
        {
            Assert.DoesNotContain("automatic recovery", run.Output, StringComparison.Ordinal);
            await run.KillAsync(_timeout.Token);
        }

        await using (await LocalServerRun.StartAsync(application, server.Resource, _directory, _timeout.Token))
            Assert.Equal("42", await ScalarAsync(server.Resource, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Databases_of_the_graph_are_created_once()
    {
        var (builder, server, _) = Graph();
        var database = server.AddDatabase("first").Resource;
        server.AddDatabase("second", "The second");
        await using var application = builder.Build();
        await using var run = await LocalServerRun.StartAsync(application, server.Resource, _directory, _timeout.Token);
        Assert.False(await run.IsHealthyAsync("first", _timeout.Token));

        var ready = new ResourceReadyEvent(server.Resource, application.Services);
        await builder.Eventing.PublishAsync(ready, _timeout.Token);
        await builder.Eventing.PublishAsync(ready, _timeout.Token);

        Assert.True(await run.IsHealthyAsync("first", _timeout.Token));
        Assert.True(await run.IsHealthyAsync("second", _timeout.Token));
        Assert.Equal("first", await ScalarAsync(database, "SELECT current_database()"));
    }

    [Fact]
    public async Task A_changed_password_takes_effect()
    {
        var (builder, server, _) = Graph("Parameters:postgres-password=old");
        await using (await LocalServerRun.StartAsync(builder.Build(), server.Resource, _directory, _timeout.Token))
            await ScalarAsync(server.Resource, "SELECT 1");

        var (changed, changedServer, _) = Graph("Parameters:postgres-password=ne'w");
        await using (await LocalServerRun.StartAsync(changed.Build(), changedServer.Resource, _directory, _timeout.Token))
            await ScalarAsync(changedServer.Resource, "SELECT 1");
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_installed_is_told_with_the_way_out()
    {
        var (_, server, _) = Graph();
        var data = Directory.CreateDirectory(Path.Combine(_directory, "postgresql", "data"));
        await File.WriteAllTextAsync(Path.Combine(data.FullName, "PG_VERSION"), "9\n", _timeout.Token);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => LocalServerRun.PrepareAsync(server.Resource, _directory, _timeout.Token));

        Assert.Contains("PostgreSQL 9", error.Message, StringComparison.Ordinal);
        Assert.Contains("--fresh", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_was_made_half_way_is_made_again()
    {
        var (builder, server, _) = Graph();
        var unfinished = Directory.CreateDirectory(Path.Combine(_directory, "postgresql", "data.new"));
        await File.WriteAllTextAsync(Path.Combine(unfinished.FullName, "PG_VERSION"), "15\n", _timeout.Token);

        await using (await LocalServerRun.StartAsync(builder.Build(), server.Resource, _directory, _timeout.Token))
            await ScalarAsync(server.Resource, "SELECT 1");
    }

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _timeout.Dispose();
    }

    private static (IDistributedApplicationBuilder Builder, IResourceBuilder<PostgresServerResource> Server, int Port) Graph(params string[] args)
    {
        var builder = LocalServerRun.CreateBuilder(args);
        var server = builder.AddPostgres("postgres");
        LocalServerRun.Allocate(server.Resource);
        return (builder, server, server.Resource.PrimaryEndpoint.Port);
    }

    private async Task<NpgsqlConnection> OpenAsync(IResourceWithConnectionString resource, Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(await resource.GetConnectionStringAsync(_timeout.Token)) { Pooling = false };
        change?.Invoke(connectionString);
        var connection = new NpgsqlConnection(connectionString.ConnectionString);
        await connection.OpenAsync(_timeout.Token);
        return connection;
    }

    private async Task<string?> ScalarAsync(
        IResourceWithConnectionString resource, string sql, Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        await using var connection = await OpenAsync(resource, change);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(_timeout.Token))?.ToString();
    }
}
