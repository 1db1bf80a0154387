using Npgsql;
using Shop.Bench.Commands;
using Shop.Bench.Processes;

namespace Shop.Bench.Servers;

/// <summary>The servers of a run and what runs on them. Everything that it started has ended when it is disposed.</summary>
public sealed class LoadBed : IAsyncDisposable
{
    private const string CatalogProject = "Shop.Catalog";
    private const string BareProject = "bench/Shop.Bench.Bare";
    private readonly Stack<IAsyncDisposable> _started = new();
    private readonly Spawner _spawner = new();
    private readonly LoadOptions _options;
    private readonly TimeProvider _time;
    private RedisServer _redis = null!;
    private Rabbit _rabbit = null!;
    private DotnetService _collector = null!;

    private LoadBed(LoadOptions options, TimeProvider time) => (_options, _time) = (options, time);

    public const string CallerName = "orders";
    public const string CallerKey = "key-of-orders";

    public Postgres Postgres { get; private set; } = null!;

    public Spawner Spawner => _spawner;

    public string Pinning =>
        $"service on {_options.Pins.Service}, PostgreSQL on {_options.Pins.Database}; loader, pgbench, Redis, RabbitMQ and trace collector on {CpuPins.OfThisProcess()}";

    public string Sampling => FormattableString.Invariant(
        $"{_options.Sampling * 100:0.##} % of requests (parentbased_traceidratio), exported over OTLP");

    public static async Task<LoadBed> StartAsync(LoadOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var bed = new LoadBed(options, time);
        try
        {
            await bed.StartServersAsync(cancellationToken);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    /// <summary>A Catalog with a database of its own name; two that share the name are two replicas.</summary>
    /// <param name="settings">Beyond addresses and keys.</param>
    public Task<DotnetService> StartCatalogAsync(
        string database, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken) =>
        KeepAsync(CatalogAsync(database, settings, cancellationToken));

    /// <summary>Leaves an empty database as Catalog makes it.</summary>
    public async Task MigrateAsync(string database, CancellationToken cancellationToken) =>
        await (await CatalogAsync(database, new Dictionary<string, string>(), cancellationToken)).DisposeAsync();

    /// <summary>The bare endpoint, on the cores of the service.</summary>
    public async Task<DotnetService> StartBareAsync(CapturedAnswers answers, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetTempPath(), $"shop-load-answers-{Environment.ProcessId}-{_started.Count}.json");
        await answers.WriteAsync(file, cancellationToken);
        try
        {
            return await BareAsync(_options.Pins.Service, file, cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public NpgsqlDataSource Connect(string database)
    {
        var source = NpgsqlDataSource.Create(Postgres.ConnectionString(database));
        _started.Push(source);
        return source;
    }

    public async Task<IReadOnlyDictionary<string, string>> DescribeAsync(CancellationToken cancellationToken) => new Dictionary<string, string>
    {
        ["PostgreSQL"] = await Postgres.DescribeAsync(cancellationToken),
        ["Redis"] = _redis.ConnectionString + ", no persistence",
        ["RabbitMQ"] = "its own, default settings",
    };

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var started)) await started.DisposeAsync();
        _spawner.Dispose();
    }

    private Task<DotnetService> CatalogAsync(
        string database, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, string>
        {
            ["ConnectionStrings:catalogdb"] = Postgres.ConnectionString(database),
            ["ConnectionStrings:cache"] = _redis.ConnectionString,
            ["ConnectionStrings:messaging"] = _rabbit.ConnectionString,
            // Nobody is asked for tokens, and no lease ends while a run lasts; discovery wants the addresses.
            ["services:web:http:0"] = "http://127.0.0.1:9",
            ["services:orders:http:0"] = "http://127.0.0.1:9",
            ["Catalog:CachePrefix"] = database,
            ["Messaging:Exchange"] = database,
            ["Internal:Name"] = "catalog-" + database,
            ["Internal:Key"] = "key-of-catalog",
            ["Internal:Callers:" + CallerName] = CallerKey,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Address.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
            ["OTEL_TRACES_SAMPLER_ARG"] = _options.Sampling.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in settings) all[name] = value;
        return DotnetService.StartAsync(_spawner, CatalogProject, _options.Pins.Service, all, "/health", _time, cancellationToken);
    }

    private async Task StartServersAsync(CancellationToken cancellationToken)
    {
        var (pins, data) = (_options.Pins, _options.DataFolder);
        Postgres = await KeepAsync(Postgres.StartAsync(_spawner, data, pins.Database, _time, cancellationToken));
        _redis = await KeepAsync(RedisServer.StartAsync(_spawner, data, pins.Loader, _time, cancellationToken));
        _rabbit = await KeepAsync(Rabbit.StartAsync(_spawner, data, pins.Loader, _time, cancellationToken));
        _collector = await BareAsync(pins.Loader, answersFile: null, cancellationToken);
    }

    private Task<DotnetService> BareAsync(string cpus, string? answersFile, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>();
        if (answersFile is not null) settings["answers"] = answersFile;
        return KeepAsync(DotnetService.StartAsync(_spawner, BareProject, cpus, settings, "/ready", _time, cancellationToken));
    }

    private async Task<T> KeepAsync<T>(Task<T> starting)
        where T : IAsyncDisposable
    {
        var started = await starting;
        _started.Push(started);
        return started;
    }
}
