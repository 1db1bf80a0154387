namespace Shop.StandIns.Tests.Support;

/// <summary>A RabbitMQ with node name, ports and name service (epmd) of its own.</summary>
internal sealed class RabbitServer : IAsyncDisposable
{
    private const string Account = "rabbitmq";
    private readonly int _port = FreePorts.Next();
    private readonly DirectoryInfo _folder = ServerProcess.Folder(Account);
    private readonly Dictionary<string, string> _environment;
    private ServerProcess? _process;

    public RabbitServer()
    {
        var folder = _folder.FullName;
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["ERL_EPMD_PORT"] = $"{FreePorts.Next()}",
            ["RABBITMQ_NODENAME"] = $"standins{_port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{_port}",
            ["RABBITMQ_DIST_PORT"] = $"{FreePorts.Next()}",
            ["RABBITMQ_MNESIA_BASE"] = $"{folder}/mnesia",
            ["RABBITMQ_LOG_BASE"] = $"{folder}/log",
            ["RABBITMQ_CONFIG_FILE"] = $"{folder}/rabbitmq",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{folder}/plugins",
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        };
    }

    public string ConnectionString => $"amqp://guest:guest@127.0.0.1:{_port}";

    public async Task StartAsync()
    {
        _process = ServerProcess.Start(Account, "/usr/lib/rabbitmq/bin/rabbitmq-server", [], _environment);
        await Eventually.TrueAsync(() => ServerProcess.ListensAsync(_port), TimeSpan.FromSeconds(60));
    }

    public async Task StopAsync()
    {
        if (_process is null)
            return;
        await _process.DisposeAsync();
        _process = null;
        await ServerProcess.RunAsync(Account, "epmd", ["-kill"], _environment);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }
}
