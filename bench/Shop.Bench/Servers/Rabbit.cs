using Shop.Bench.Processes;

namespace Shop.Bench.Servers;

/// <summary>A RabbitMQ of our own, with a port mapper of its own.</summary>
public sealed class Rabbit(OwnProcess server, OwnProcess mapper, DataFolder folder, int port) : IAsyncDisposable
{
    private const string Account = "rabbitmq";
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public string ConnectionString => $"amqp://guest:guest@127.0.0.1:{port}";

    public static async Task<Rabbit> StartAsync(
        Spawner spawner, string dataDirectory, string cpus, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = await DataFolder.CreateAsync(dataDirectory, Account, cancellationToken);
        var (port, mapperPort) = (Ports.Free(), Ports.Free());
        await File.WriteAllTextAsync(folder.Path + "/rabbitmq.conf", $"listeners.tcp.default = 127.0.0.1:{port}\n", cancellationToken);
        await File.WriteAllTextAsync(folder.Path + "/plugins", "[].\n", cancellationToken);
        var mapper = await OwnProcess.StartAsync(spawner, new ProcessPlan(
            "epmd", cpus, "epmd", ["-port", $"{mapperPort}", "-address", "127.0.0.1"], Account: Account));
        await mapper.ReadyAsync(() => Ports.AnswersAsync(mapperPort, cancellationToken), Patience, time, cancellationToken);
        // Its files are thrown away, so there is nothing that an orderly end would save.
        var server = await OwnProcess.StartAsync(spawner, new ProcessPlan("RabbitMQ", cpus, Program, [], ProcessPlan.Kill, Account)
        {
            Environment = Settings(folder.Path, port, mapperPort),
        });
        await server.ReadyAsync(() => Ports.AnswersAsync(port, cancellationToken), Patience, time, cancellationToken);
        return new Rabbit(server, mapper, folder, port);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await mapper.DisposeAsync();
        folder.Dispose();
    }

    private static Dictionary<string, string> Settings(string folder, int port, int mapperPort) => new()
    {
        // The script then becomes the server instead of watching over it: one process, which the kernel can end with us.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
        ["HOME"] = folder,
        ["RABBITMQ_NODENAME"] = $"load{port}@localhost",
        ["RABBITMQ_MNESIA_BASE"] = folder + "/mnesia",
        ["RABBITMQ_LOG_BASE"] = folder + "/log",
        ["RABBITMQ_CONFIG_FILE"] = folder + "/rabbitmq.conf",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = folder + "/plugins",
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_DIST_PORT"] = $"{Ports.Free()}",
        ["ERL_EPMD_PORT"] = $"{mapperPort}",
        ["ERL_AFLAGS"] = "-start_epmd false",
    };
}
