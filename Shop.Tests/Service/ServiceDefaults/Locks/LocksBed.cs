using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using System.Diagnostics.Metrics;
using Npgsql;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Locks;

namespace Shop.Tests.Service.ServiceDefaults.Locks;

/// <summary>A migrated database with a clock to move, and processes that lock in it.</summary>
internal sealed class LocksBed : IAsyncDisposable
{
    public const string Name = "import";
    public const string Exclusive = "exclusive";
    public const string Fair = "fair";
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Longer than any test; what ends a wait is the thing tested.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromDays(1);
    private readonly List<LockProcess> _processes = [];

    private LocksBed(string connectionString)
    {
        ConnectionString = connectionString;
        Source = NpgsqlDataSource.Create(connectionString);
    }

    public static TheoryData<string> Kinds => [Exclusive, Fair];

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public static async Task<LocksBed> CreateAsync(Servers servers)
    {
        // No server dies in these tests, so their thousands of commits need not wait for the disk.
        var bed = new LocksBed($"{await servers.CreateDatabaseAsync("locks")};Options=-c synchronous_commit=off");
        await using var database = new ServiceDatabase("locks", bed.ConnectionString, NpgsqlDataSource.Create(bed.ConnectionString), TimeProvider.System);
        var migrations = Migration.Load(typeof(MigrationRunner).Assembly, "defaults");
        await new MigrationRunner(migrations, [], Options.Create(new MigrationOptions()), TimeProvider.System, NullLogger<MigrationRunner>.Instance)
            .RunAsync(database, CancellationToken.None);
        await database.DataSource.DisposeAsync();
        return bed;
    }

    /// <summary>One process; without a time of its own it stands still, as a process that was paused or is gone.</summary>
    public LockProcess Process(TimeProvider? time = null, string more = "")
    {
        var process = new LockProcess($"{ConnectionString}{more}", time ?? new SteppedTime());
        _processes.Add(process);
        return process;
    }

    /// <summary>Moves the database's time.</summary>
    public Task PassAsync(TimeSpan time) => ExecuteAsync($"update shop_clock set shift = shift + interval '{time.TotalSeconds} seconds'");

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task<long> WaitersAsync() => ScalarAsync<long>("select count(*) from shop_lock_waiters");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await Source.DisposeAsync();
    }
}

/// <summary>What one process has of locks.</summary>
internal sealed class LockProcess : IAsyncDisposable
{
    private readonly ServiceDatabase _database;
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Dictionary<string, IDistributedLock> _locks;
    private int _asked;

    public LockProcess(string connectionString, TimeProvider time)
    {
        _database = new ServiceDatabase("locks", connectionString, NpgsqlDataSource.Create(connectionString), time);
        var databases = new ServiceDatabases([_database]);
        Failpoints = new Failpoints(new ConfigurationBuilder().Build(), time);
        Store = new LockStore(databases, Failpoints);
        var metrics = new LockMetrics(_meters.GetRequiredService<IMeterFactory>());
        var signals = new LockSignals(databases, time, NullLogger<LockSignals>.Instance);
        var acquisition = new LockAcquisition(
            Store, signals, metrics, new LockOwner("tester"), time, NullLogger<LockHandle>.Instance);
        _locks = new() { [LocksBed.Exclusive] = new ExclusiveLock(Store, acquisition), [LocksBed.Fair] = new FairLock(Store, acquisition) };
        Fence = new Fence(metrics);
        Leadership = new Leadership(databases, (ExclusiveLock)_locks[LocksBed.Exclusive], time, NullLogger<Leadership>.Instance);
        databases.MarkReady();
        Time = time;
        Failpoints.On("locks.before-ask", _ =>
        {
            Interlocked.Increment(ref _asked);
            return ValueTask.CompletedTask;
        });
    }

    public TimeProvider Time { get; }

    public LockStore Store { get; }

    public Failpoints Failpoints { get; }

    public IMeterFactory Meters => _meters.GetRequiredService<IMeterFactory>();

    public Fence Fence { get; }

    public Leadership Leadership { get; }

    public NpgsqlDataSource Database => _database.DataSource;

    /// <summary>Questions put to the database.</summary>
    public int Asked => _asked;

    public Task<LockHandle> AcquireAsync(string kind, TimeSpan? wait = null, CancellationToken cancellationToken = default) =>
        _locks[kind].AcquireAsync(LocksBed.Name, LocksBed.Lease, wait ?? LocksBed.Wait, cancellationToken);

    public Task<LockHandle?> TryAsync(string kind) => _locks[kind].TryAcquireAsync(LocksBed.Name, LocksBed.Lease, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _database.DataSource.DisposeAsync();
        await _database.DisposeAsync();
        await _meters.DisposeAsync();
    }
}
