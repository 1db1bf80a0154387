using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Shop.Tests.Service;

/// <summary>A server program of this machine, as an unprivileged user, with a data directory of its own; gone when disposed.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly Process[] _processes;
    private readonly string _data;
    private readonly Func<Process> _start;

    private LocalServer(Func<Process> start, string data, int port, string connectionString, params Process[] helpers)
    {
        _processes = [start(), .. helpers];
        (_start, _data, Port, ConnectionString) = (start, data, port, connectionString);
    }

    public string ConnectionString { get; }

    public int Port { get; }

    /// <param name="settings">Besides its own, as "name=value".</param>
    public static async Task<LocalServer> PostgresAsync(params string[] settings)
    {
        var data = NewDirectory("postgres");
        using (var init = Start("postgres", PostgresPrograms() + "initdb", ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"], []))
            await init.WaitForExitAsync();
        return await PostgresOnAsync(data, settings);
    }

    /// <summary>A streaming standby of a server of <see cref="PostgresAsync"/>.</summary>
    public static async Task<LocalServer> StandbyOfAsync(LocalServer primary)
    {
        var data = NewDirectory("postgres");
        string[] copy = ["-d", $"host=127.0.0.1 port={primary.Port} user=postgres", "-D", data, "-R", "-X", "stream", "-C", "-S", "s" + primary.Port
            + "_" + Path.GetFileName(data).ToLowerInvariant().Replace('-', '_'), "-c", "fast", "--no-sync"];
        using (var backup = Start("postgres", PostgresPrograms() + "pg_basebackup", copy, []))
            await backup.WaitForExitAsync();
        Assert.True(File.Exists(data + "/standby.signal"), "pg_basebackup failed");
        return await PostgresOnAsync(data, "wal_retrieve_retry_interval=200ms", "max_standby_streaming_delay=500ms");
    }

    /// <summary>As by a fall of its machine.</summary>
    public async Task KillAsync()
    {
        _processes[0].Kill(entireProcessTree: true);
        await _processes[0].WaitForExitAsync();
    }

    /// <summary>After <see cref="KillAsync"/>: the same data, the same port. PostgreSQL is waited for.</summary>
    public Task StartAgainAsync()
    {
        _processes[0].Dispose();
        _processes[0] = _start();
        return ConnectionString.StartsWith("Host=", StringComparison.Ordinal) ? TakesConnectionsAsync() : AnswersAsync(Port);
    }

    /// <summary>It keeps its connections and answers nobody, until it is thawed.</summary>
    public void Freeze() => Signals.Stop(WithDescendants(_processes[0].Id));

    public void Thaw() => Signals.Continue(WithDescendants(_processes[0].Id));

    private static IEnumerable<int> WithDescendants(int id) =>
    [
        id,
        .. Directory.GetDirectories($"/proc/{id}/task").SelectMany(task => File.ReadAllText(task + "/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse).SelectMany(WithDescendants),
    ];

    // It listens before it does.
    private Task TakesConnectionsAsync() => Eventually.TrueAsync(
        async () =>
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        },
        TimeSpan.FromSeconds(60));

    private static string PostgresPrograms() =>
        Directory.GetDirectories(Installed("/usr/lib/postgresql", "PostgreSQL", Directory.Exists)).Order().Last() + "/bin/";

    // Without fsync a fall of the machine would lose what was committed, the end of a process loses nothing. Hundreds of
    // databases are made and dropped, and a drop waits until all their files are on the disk.
    private static async Task<LocalServer> PostgresOnAsync(string data, params string[] settings)
    {
        var port = FreePorts.Next();
        var server = new LocalServer(
            () => Start("postgres", PostgresPrograms() + "postgres", ["-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=", "-c", "max_connections=300", "-c", "fsync=off",
                .. settings.SelectMany(setting => new[] { "-c", setting })], []),
            data, port, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres");
        await server.TakesConnectionsAsync();
        return server;
    }

    public static async Task<LocalServer> RedisAsync()
    {
        var (data, port) = (NewDirectory("redis"), FreePorts.Next());
        Installed("/usr/bin/redis-server", "Redis", File.Exists);
        var server = new LocalServer(
            () => Start("redis", "redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", data], []),
            data, port, $"127.0.0.1:{port}");
        await AnswersAsync(port);
        return server;
    }

    public static async Task<LocalServer> RabbitAsync()
    {
        var (data, port, mapperPort) = (NewDirectory("rabbitmq"), FreePorts.Next(), FreePorts.Next());
        await File.WriteAllTextAsync(data + "/rabbitmq.conf", $"listeners.tcp.default = 127.0.0.1:{port}\n");
        await File.WriteAllTextAsync(data + "/plugins", "[].\n");
        var program = Installed("/usr/lib/rabbitmq/bin/rabbitmq-server", "RabbitMQ", File.Exists);
        // A port mapper of its own: the one that RabbitMQ starts by itself stays behind as a daemon.
        var mapper = Start("rabbitmq", "epmd", ["-port", $"{mapperPort}", "-address", "127.0.0.1"], []);
        await AnswersAsync(mapperPort);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = data,
            ["RABBITMQ_NODENAME"] = $"test{port}@localhost",
            ["RABBITMQ_MNESIA_BASE"] = data + "/mnesia",
            ["RABBITMQ_LOG_BASE"] = data + "/log",
            ["RABBITMQ_CONFIG_FILE"] = data + "/rabbitmq.conf",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = data + "/plugins",
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_DIST_PORT"] = $"{FreePorts.Next()}",
            ["ERL_EPMD_PORT"] = $"{mapperPort}",
            ["ERL_AFLAGS"] = "-start_epmd false",
        };
        var server = new LocalServer(() => Start("rabbitmq", program, [], environment), data, port, $"amqp://guest:guest@127.0.0.1:{port}", mapper);
        await AnswersAsync(port);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_data, recursive: true);
    }

    private static string Installed(string path, string name, Predicate<string> exists) =>
        exists(path) ? path : throw new InvalidOperationException($"{name} is not installed ({path}): run ./shop setup");

    // The servers refuse to run as root, or should not; the data directory belongs to whom they run as.
    private static Process Start(string user, string program, string[] arguments, Dictionary<string, string> environment)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Environment.IsPrivilegedProcess)
        {
            info = new ProcessStartInfo("setpriv", ["--reuid", user, "--regid", user, "--clear-groups", program, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
        }

        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        info.WorkingDirectory = "/";
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string NewDirectory(string user)
    {
        var path = Directory.CreateTempSubdirectory("shop-test-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", [$"{user}:{user}", path]);
            chown.WaitForExit();
        }

        return path;
    }

    private static Task AnswersAsync(int port) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(60));
}
