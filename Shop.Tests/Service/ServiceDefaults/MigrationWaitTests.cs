using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Tests.Service.ServiceDefaults;

/// <summary>What a migration waits for, and how long it may be at work.</summary>
[Collection(Servers.Collection)]
public sealed class MigrationWaitTests(Servers servers) : IAsyncLifetime
{
    private const string First = "create table things (id int)";
    private const string Second = "alter table things add name text";
    private const string Waiting = "waits for the migration of another replica";
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);
    private readonly List<ServiceDatabase> _replicas = [];
    private readonly ConcurrentQueue<string> _log = new();
    private string _address = "";
    private NpgsqlDataSource _database = null!;

    public async Task InitializeAsync()
    {
        _address = await servers.CreateDatabaseAsync("migrate");
        _database = NpgsqlDataSource.Create(_address);
    }

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DataSource.DisposeAsync();
            await replica.DisposeAsync();
        }
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task It_may_take_longer_than_any_other_statement()
    {
        await ScalarAsync($"alter database \"{Name}\" set statement_timeout = '2s'");
        await RunAsync(Replica(";Command Timeout=2"), new(), First + "; select pg_sleep(3)");
        Assert.Equal(1L, await AppliedAsync());
    }

    [Fact]
    public async Task A_statement_beyond_the_bound_is_ended_and_the_setting_is_named()
    {
        var error = await Assert.ThrowsAsync<MigrationException>(
            () => RunAsync(Replica(), new() { Timeout = Moment }, First + "; select pg_sleep(60)"));
        Assert.Contains("0001-test.sql", error.Message);
        Assert.Contains("Database:Migrations:Timeout", error.Message);
        Assert.Equal(true, await ScalarAsync("select to_regclass('things') is null"));
    }

    [Fact]
    public async Task While_its_lock_is_held_those_behind_it_pass_and_then_it_is_applied()
    {
        var replica = Replica();
        await RunAsync(replica, new(), First);
        await using var reader = await _database.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select count(*) from things", reader))
            await read.ExecuteScalarAsync();

        var run = RunAsync(replica, new() { LockTimeout = Moment }, First, Second);
        await Eventually.TrueAsync(() => replica.NotReadyBecause == "0002-test.sql waits for locks that others hold");
        Assert.Equal(0L, await ScalarAsync("select count(*) from things"));
        Assert.False(run.IsCompleted);
        await reading.RollbackAsync();
        await run;
        Assert.Equal(2L, await AppliedAsync());
        Assert.Contains(_log, line => line.StartsWith("Migration 0002-test.sql of test lacks a lock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_replica_waits_as_long_as_it_takes_and_both_tell()
    {
        await using var holder = await _database.OpenConnectionAsync();
        await using var holding = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(42)", holder))
            await hold.ExecuteNonQueryAsync();
        var options = new MigrationOptions { TellEvery = Moment, LockTimeout = TimeSpan.FromMinutes(10) };
        const string Long = First + "; select pg_advisory_xact_lock(42)";
        var (one, other) = (Replica(), Replica());
        var first = RunAsync(one, options, Long);
        await Eventually.TrueAsync(() => one.NotReadyBecause == "0001-test.sql is applied");
        var second = RunAsync(other, options, Long);
        await Eventually.TrueAsync(() => other.NotReadyBecause == Waiting);
        await Eventually.TrueAsync(() => _log.Count(line => line.Contains(Waiting, StringComparison.Ordinal)) > 2);
        await Eventually.TrueAsync(() => _log.Count(line => line.Contains("is at work for", StringComparison.Ordinal)) > 2);
        Assert.False(first.IsCompleted || second.IsCompleted);

        await holding.RollbackAsync();
        await Task.WhenAll(first, second);
        Assert.Equal(1L, await AppliedAsync());
    }

    [Fact]
    public async Task The_lock_is_kept_through_a_long_seed_whatever_the_server_does_with_idle_sessions()
    {
        await ScalarAsync($"alter database \"{Name}\" set idle_session_timeout = '1500ms'");
        var seed = new LongSeed();
        await RunAsync(Replica(), new(), [seed], First);
        Assert.Equal(1L, seed.Locks);
    }

    [Fact]
    public async Task The_work_of_a_process_that_is_gone_does_not_keep_others_waiting()
    {
        var direct = new NpgsqlConnectionStringBuilder(_address);
        await using var gate = new TcpGate(direct.Host!, direct.Port);
        gate.Open();
        var dead = RunAsync(Replica($";Port={gate.Port}"), new() { GoneAfter = Moment }, First + "; select pg_sleep(100)");
        await Eventually.TrueAsync(async () => await ScalarAsync(
            "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()") is 1L);
        await gate.ShutAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => dead);
        await RunAsync(Replica(), new(), First).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private string Name => new NpgsqlConnectionStringBuilder(_address).Database!;

    private ServiceDatabase Replica(string more = "")
    {
        var address = new NpgsqlConnectionStringBuilder(_address + more).ConnectionString;
        var replica = new ServiceDatabase("test", address, NpgsqlDataSource.Create(address), TimeProvider.System);
        _replicas.Add(replica);
        return replica;
    }

    private Task RunAsync(ServiceDatabase replica, MigrationOptions options, params string[] files) => RunAsync(replica, options, [], files);

    private Task RunAsync(ServiceDatabase replica, MigrationOptions options, IReadOnlyList<IDatabaseSeed> seeds, params string[] files)
    {
        Migration[] migrations = [.. files.Select((sql, index) => new Migration("service", index + 1, $"000{index + 1}-test.sql", sql))];
        return new MigrationRunner(migrations, seeds, Options.Create(options), TimeProvider.System, new Log(_log))
            .RunAsync(replica, CancellationToken.None);
    }

    private Task<object?> AppliedAsync() => ScalarAsync("select count(*) from shop_migrations");

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private sealed class LongSeed : IDatabaseSeed
    {
        public long? Locks { get; private set; }

        public async Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var work = new NpgsqlCommand(
                """
                select pg_sleep(2.5);
                select count(*) from pg_locks
                where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
                """,
                connection);
            await using var reader = await work.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            Locks = reader.GetInt64(0);
        }
    }

    private sealed class Log(ConcurrentQueue<string> lines) : ILogger<MigrationRunner>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));
    }
}
