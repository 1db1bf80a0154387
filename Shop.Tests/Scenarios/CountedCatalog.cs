using Npgsql;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>
/// Two replicas of Catalog over a PostgreSQL and a Redis of their own. The server counts the statements that it has executed
/// (pg_stat_statements), and each replica logs in under a name of its own, so that their statements are counted apart.
/// </summary>
public class CountedCatalog(Servers servers) : RunningCatalog(servers)
{
    /// <summary>Part of the statement that reads a product's page.</summary>
    public const string PageQuery = "en.description";

    /// <summary>Part of every statement that looks for products.</summary>
    public const string ProductsQuery = "FROM products";

    private const string Count =
        """
        SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements JOIN pg_roles ON oid = userid
        WHERE rolname = $1 AND position($2 IN query) > 0
        """;

    private LocalServer _postgres = null!;
    private NpgsqlDataSource _statements = null!;

    public override IReadOnlyList<Uri> Orders { get; } = [FreeAddress()];

    internal LocalServer RedisServer { get; private set; } = null!;

    protected override string Redis => RedisServer.ConnectionString;

    public override async Task InitializeAsync()
    {
        RedisServer = await LocalServer.RedisAsync();
        _postgres = await LocalServer.PostgresAsync("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=off");
        _statements = NpgsqlDataSource.Create(_postgres.ConnectionString);
        await using (var create = _statements.CreateCommand(
            $"CREATE EXTENSION pg_stat_statements; CREATE ROLE {NameOf(0)} SUPERUSER LOGIN; CREATE ROLE {NameOf(1)} SUPERUSER LOGIN"))
            await create.ExecuteNonQueryAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await EndAsync(_statements, _postgres, RedisServer);
    }

    /// <summary>How many statements that contain <paramref name="part"/> the server has executed for the replica.</summary>
    public async Task<long> QueriesAsync(int replica, string part)
    {
        await using var command = _statements.CreateCommand(Count);
        command.Parameters.Add(new NpgsqlParameter { Value = NameOf(replica) });
        command.Parameters.Add(new NpgsqlParameter { Value = part });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    protected override Task<string> CreateCatalogDatabaseAsync() => Task.FromResult(ConnectionOf("postgres"));

    protected override Dictionary<string, string> CatalogSettings(int replica) => new(base.CatalogSettings(replica))
    {
        ["ConnectionStrings:catalogdb"] = ConnectionOf(NameOf(replica)),
        ["Internal:Name"] = Prefix,
    };

    private string ConnectionOf(string user) =>
        new NpgsqlConnectionStringBuilder(_postgres.ConnectionString) { Database = "catalog", Username = user }.ConnectionString;

    private static string NameOf(int replica) => $"replica{replica}";
}
