using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Shop.Tests.Service;

/// <summary>A server program of this machine, as an unprivileged user, with a data directory of its own; gone when disposed.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _data;

    private LocalServer(Process process, string data, string connectionString)
    {
        _process = process;
        _data = data;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    public static async Task<LocalServer> PostgresAsync()
    {
        var (data, port) = (NewDirectory("postgres"), FreePort());
        var bin = Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin/";
        using (var init = Start("postgres", bin + "initdb", ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"], []))
            await init.WaitForExitAsync();
        var server = Start("postgres", bin + "postgres", ["-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "max_connections=300"], []);
        await AnswersAsync(port);
        return new LocalServer(server, data, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres");
    }

    public static async Task<LocalServer> RedisAsync()
    {
        var (data, port) = (NewDirectory("redis"), FreePort());
        var server = Start("redis", "redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", data], []);
        await AnswersAsync(port);
        return new LocalServer(server, data, $"127.0.0.1:{port}");
    }

    public static async Task<LocalServer> RabbitAsync()
    {
        var (data, port) = (NewDirectory("rabbitmq"), FreePort());
        await File.WriteAllTextAsync(data + "/rabbitmq.conf", $"listeners.tcp.default = 127.0.0.1:{port}\n");
        await File.WriteAllTextAsync(data + "/plugins", "[].\n");
        var server = Start("rabbitmq", "/usr/lib/rabbitmq/bin/rabbitmq-server", [], new()
        {
            ["HOME"] = data,
            ["RABBITMQ_NODENAME"] = $"test{port}@localhost",
            ["RABBITMQ_MNESIA_BASE"] = data + "/mnesia",
            ["RABBITMQ_LOG_BASE"] = data + "/log",
            ["RABBITMQ_CONFIG_FILE"] = data + "/rabbitmq.conf",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = data + "/plugins",
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_DIST_PORT"] = $"{FreePort()}",
        });
        await AnswersAsync(port);
        return new LocalServer(server, data, $"amqp://guest:guest@127.0.0.1:{port}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
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
