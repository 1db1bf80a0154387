namespace Shop.StandIns.Tests.Support;

/// <summary>A Redis with a password on a port of its own, which a test may stop and start.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Password = "a-password";
    private readonly int _port = FreePorts.Next();
    private ServerProcess? _process;

    public string ConnectionString => $"127.0.0.1:{_port},password={Password}";

    public async Task StartAsync()
    {
        _process = ServerProcess.Start(
            "redis", "redis-server", ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp", "--requirepass", Password]);
        await Eventually.TrueAsync(() => ServerProcess.ListensAsync(_port));
    }

    public async Task StopAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    public ValueTask DisposeAsync() => new(StopAsync());
}
