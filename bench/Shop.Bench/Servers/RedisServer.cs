using Shop.Bench.Processes;

namespace Shop.Bench.Servers;

/// <summary>A Redis of our own, without persistence.</summary>
public sealed class RedisServer(OwnProcess process, DataFolder folder, int port) : IAsyncDisposable
{
    public string ConnectionString => $"127.0.0.1:{port}";

    public static async Task<RedisServer> StartAsync(
        Spawner spawner, string dataDirectory, string cpus, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = await DataFolder.CreateAsync(dataDirectory, "redis", cancellationToken);
        var port = Ports.Free();
        var process = await OwnProcess.StartAsync(spawner, new ProcessPlan(
            "Redis", cpus, "redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", folder.Path], Account: "redis"));
        var server = new RedisServer(process, folder, port);
        await process.ReadyAsync(() => Ports.AnswersAsync(port, cancellationToken), TimeSpan.FromSeconds(30), time, cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        folder.Dispose();
    }
}
