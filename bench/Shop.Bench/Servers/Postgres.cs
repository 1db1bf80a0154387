using Npgsql;
using Shop.Bench.Processes;

namespace Shop.Bench.Servers;

/// <summary>A PostgreSQL of our own, set as an operator would set it and as safe: every commit is on the disk.</summary>
public sealed class Postgres : IAsyncDisposable
{
    private const string Account = "postgres";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What PostgreSQL's manual advises to begin with: a quarter of the machine's memory.
    private static readonly long SharedBuffers = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / (1024 * 1024);

    /// <summary>Everything that is not at its default.</summary>
    private static readonly string[] Settings =
    [
        "fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=300",
        FormattableString.Invariant($"shared_buffers={SharedBuffers}MB"), "max_wal_size=4GB",
    ];

    private readonly OwnProcess _process;
    private readonly DataFolder _folder;

    private Postgres(OwnProcess process, DataFolder folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <summary>For pgbench and its like.</summary>
    public static string Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderBy(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture)).Last() + "/bin"
        : "";

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    public static async Task<Postgres> StartAsync(
        Spawner spawner, string dataDirectory, string cpus, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!File.Exists(Programs + "/initdb")) throw new RunException("PostgreSQL is not installed: ./shop setup installs it.");
        var folder = await DataFolder.CreateAsync(dataDirectory, Account, cancellationToken);
        var (data, port) = (folder.Path + "/data", Ports.Free());
        await using (var init = await OwnProcess.StartAsync(spawner, new ProcessPlan(
            "initdb", cpus, Programs + "/initdb", ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"], Account: Account)))
        {
            if (await init.EndedAsync(cancellationToken) != 0) throw new RunException($"initdb failed.\n{init.Tail()}");
        }
        var process = await OwnProcess.StartAsync(spawner, new ProcessPlan(
            "PostgreSQL", cpus, Programs + "/postgres",
            ["-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", .. Settings.SelectMany(s => new[] { "-c", s })],
            ProcessPlan.Interrupt, Account));
        var server = new Postgres(process, folder, port);
        await process.ReadyAsync(() => server.AnswersAsync(cancellationToken), Patience, time, cancellationToken);
        return server;
    }

    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        await using var command = source.CreateCommand("SHOW server_version");
        return $"{await command.ExecuteScalarAsync(cancellationToken)}, {string.Join(", ", Settings)}; otherwise defaults; TCP on 127.0.0.1:{Port}";
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DescribeAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
