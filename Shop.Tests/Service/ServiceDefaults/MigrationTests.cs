using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Tests.Service.ServiceDefaults;

[Collection(Servers.Collection)]
public sealed class MigrationTests(Servers servers)
{
    private static readonly IReadOnlyList<Migration> Defaults = Migration.Load(typeof(ServiceDatabases).Assembly, "defaults");
    private static readonly Migration First = new("service", 1, "0001-things.sql", "create table things (id int); insert into things values (1)");
    private static readonly Migration Second = new("service", 2, "0002-name.sql", "alter table things add name text not null default ''");

    [Fact]
    public async Task Runners_at_once_create_and_migrate_a_missing_database_once()
    {
        await using var database = Database(servers.MissingDatabase("migrate"));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Runner([.. Defaults, First, Second]).RunAsync(database, CancellationToken.None)));
        Assert.Equal(1L, await ScalarAsync(database, "select count(*) from things where name = ''"));
        Assert.Equal(Defaults.Count + 2L, await ScalarAsync(database, "select count(*) from shop_migrations"));
    }

    [Fact]
    public async Task Only_what_is_missing_is_applied()
    {
        await using var database = Database(await servers.CreateDatabaseAsync("migrate"));
        await Runner([First]).RunAsync(database, CancellationToken.None);
        await Runner([First, Second]).RunAsync(database, CancellationToken.None);
        Assert.Equal(1L, await ScalarAsync(database, "select count(*) from things where name = ''"));
    }

    [Fact]
    public async Task A_file_that_was_changed_after_it_was_applied_is_named()
    {
        await using var database = Database(await servers.CreateDatabaseAsync("migrate"));
        await Runner([First]).RunAsync(database, CancellationToken.None);
        var error = await Assert.ThrowsAsync<MigrationException>(
            () => Runner([First with { Sql = First.Sql + ", (2)" }, Second]).RunAsync(database, CancellationToken.None));
        Assert.Contains("0001-things.sql", error.Message);
        Assert.Equal(1L, await ScalarAsync(database, "select count(*) from things"));
    }

    [Fact]
    public void A_checkout_with_other_line_ends_is_the_same_file() => Assert.Equal(
        new Migration("service", 1, "0001-a.sql", "select 1;\nselect 2;\n").Checksum,
        new Migration("service", 1, "0001-a.sql", "select 1;\r\nselect 2;\r\n").Checksum);

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_and_can_be_mended()
    {
        await using var database = Database(await servers.CreateDatabaseAsync("migrate"));
        var broken = First with { Sql = "create table things (id int); select nonsense" };
        await Assert.ThrowsAsync<PostgresException>(() => Runner([broken]).RunAsync(database, CancellationToken.None));
        Assert.Equal(true, await ScalarAsync(database, "select to_regclass('things') is null"));
        await Runner([First]).RunAsync(database, CancellationToken.None);
        Assert.Equal(1L, await ScalarAsync(database, "select count(*) from things"));
    }

    [Fact]
    public async Task Seeds_of_two_replicas_run_one_after_the_other()
    {
        var connectionString = await servers.CreateDatabaseAsync("migrate");
        await using var database = Database(connectionString);
        var seed = new OverlapSeed();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => Runner([First], seed).RunAsync(database, CancellationToken.None)));
        Assert.Equal((4, 1), (seed.Runs, seed.MostAtOnce));
    }

    [Fact]
    public async Task The_database_clock_follows_its_shift()
    {
        await using var database = Database(await servers.CreateDatabaseAsync("migrate"));
        await Runner(Defaults).RunAsync(database, CancellationToken.None);
        Assert.Equal(true, await ScalarAsync(database, "select shop_now() - clock_timestamp() between '-1s' and '1s'"));
        await ScalarAsync(database, "update shop_clock set shift = interval '2 days'");
        Assert.Equal(true, await ScalarAsync(database, "select shop_now() - clock_timestamp() between '47:59:59' and '48:00:01'"));
    }

    private static MigrationRunner Runner(IReadOnlyList<Migration> migrations, params IDatabaseSeed[] seeds) =>
        new(migrations, seeds, Options.Create(new MigrationOptions()), TimeProvider.System, NullLogger<MigrationRunner>.Instance);

    private static ServiceDatabase Database(string connectionString) =>
        new("test", connectionString, NpgsqlDataSource.Create(connectionString), TimeProvider.System);

    private static async Task<object?> ScalarAsync(ServiceDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private sealed class OverlapSeed : IDatabaseSeed
    {
        private int _running;

        public int Runs { get; private set; }

        public int MostAtOnce { get; private set; }

        public async Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
            Runs++;
            await using var command = database.CreateCommand("select pg_sleep(0.05)");
            await command.ExecuteNonQueryAsync(cancellationToken);
            Interlocked.Decrement(ref _running);
        }
    }
}
