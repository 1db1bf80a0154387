using System.Collections.Concurrent;
using Npgsql;

namespace Shop.Tests.Service;

/// <summary>
/// Real PostgreSQL, Redis and RabbitMQ for the tests of one run: those that SHOP_TEST_POSTGRES, SHOP_TEST_REDIS and
/// SHOP_TEST_RABBIT name, otherwise the machine's own programs, started here with data of their own.
/// </summary>
public sealed class Servers : IAsyncLifetime
{
    /// <summary>For <c>[Collection(Servers.Collection)]</c>.</summary>
    public const string Collection = "servers";
    private readonly List<LocalServer> _started = [];
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _prepared = new(StringComparer.Ordinal);
    private string _postgres = "";

    /// <summary>host:port; share it by taking key prefixes.</summary>
    public string RedisConnectionString { get; private set; } = "";

    /// <summary>amqp address; share it by taking <c>Messaging:Exchange</c> and <c>Internal:Name</c> of one's own.</summary>
    public string RabbitConnectionString { get; private set; } = "";

    /// <summary>A new, empty database; answers its connection string.</summary>
    public Task<string> CreateDatabaseAsync(string prefix) => CreateAsync(UniqueName(prefix), "");

    private async Task<string> CreateAsync(string name, string options)
    {
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_postgres) { Pooling = false });
        await using var create = server.CreateCommand($"create database \"{name}\" {options}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_postgres) { Database = name }.ConnectionString;
    }

    /// <summary>
    /// A new database that is a copy of one which is prepared once in a run; answers its connection string. Copying takes a
    /// tenth of the time of migrating and seeding.
    /// </summary>
    /// <param name="name">Tells what is prepared.</param>
    /// <param name="prepare">Fills the empty database of that connection string, and leaves no connection to it.</param>
    public async Task<string> CopyDatabaseAsync(string name, Func<string, Task> prepare)
    {
        var template = await _prepared.GetOrAdd(name, _ => new(() => PrepareAsync(name, prepare))).Value;
        return await CreateAsync(UniqueName(name), $"template \"{template}\"");
    }

    private async Task<string> PrepareAsync(string name, Func<string, Task> prepare)
    {
        var connectionString = await CreateDatabaseAsync(name + "_template");
        await prepare(connectionString);
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }

    /// <summary>Connection string of a database that does not exist yet.</summary>
    public string MissingDatabase(string prefix) =>
        new NpgsqlConnectionStringBuilder(_postgres) { Database = UniqueName(prefix) }.ConnectionString;

    /// <summary>A name that no other test and no other run uses.</summary>
    public static string UniqueName(string prefix) => $"{prefix}_{Guid.CreateVersion7():N}";

    public async Task InitializeAsync()
    {
        var postgres = StartUnlessNamed("SHOP_TEST_POSTGRES", () => LocalServer.PostgresAsync());
        var redis = StartUnlessNamed("SHOP_TEST_REDIS", LocalServer.RedisAsync);
        var rabbit = StartUnlessNamed("SHOP_TEST_RABBIT", LocalServer.RabbitAsync);
        _postgres = await postgres;
        RedisConnectionString = await redis;
        RabbitConnectionString = await rabbit;
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _started)
            await server.DisposeAsync();
    }

    private async Task<string> StartUnlessNamed(string variable, Func<Task<LocalServer>> start)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
            return named;
        var server = await start();
        lock (_started)
            _started.Add(server);
        return server.ConnectionString;
    }
}

[CollectionDefinition(Servers.Collection)]
public sealed class ServersCollection : ICollectionFixture<Servers>;
