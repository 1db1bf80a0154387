using System.Net.Sockets;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Shop.StandIns.Tests.LocalServers;

namespace Shop.StandIns.Tests.Redis;

public sealed class LocalRedisTests : IDisposable
{
    private const string Password = "pa\\ss\"word";
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(2));
    private readonly string _directory = LocalServerRun.CreateDirectory();

    [Fact]
    public async Task It_opens_to_its_password_only_and_drops_only_keys_that_expire()
    {
        var (builder, redis) = Graph();
        await using var application = builder.Build();
        await using var run = await LocalServerRun.StartAsync(application, redis.Resource, _directory, _timeout.Token);

        Assert.StartsWith("-NOAUTH", await AskAsync(redis.Resource, "PING"), StringComparison.Ordinal);
        Assert.StartsWith("-WRONGPASS", await AskAsync(redis.Resource, "AUTH guess"), StringComparison.Ordinal);
        Assert.Equal("+OK\n*2\n$16\nmaxmemory-policy\n$12\nvolatile-lru", await AskAsync(redis.Resource, Login, "CONFIG GET maxmemory-policy"));
        Assert.Equal("+OK\n*2\n$4\nsave\n$0\n", await AskAsync(redis.Resource, Login, "CONFIG GET save"));
    }

    [Fact]
    public async Task With_a_volume_its_data_survives_a_stop()
    {
        var (builder, redis) = Graph();
        redis.WithDataVolume();
        await using var application = builder.Build();
        await using (var run = await LocalServerRun.StartAsync(application, redis.Resource, _directory, _timeout.Token))
        {
            await AskAsync(redis.Resource, Login, "SET cart full");
            await run.StopAsync(_timeout.Token);
            Assert.False(LocalServerRun.IsListening(redis.Resource.PrimaryEndpoint.Port));
            Assert.False(await run.IsHealthyAsync("cache", _timeout.Token));
        }

        await using (await LocalServerRun.StartAsync(application, redis.Resource, _directory, _timeout.Token))
            Assert.Equal("+OK\n$4\nfull", await AskAsync(redis.Resource, Login, "GET cart"));
    }

    [Fact]
    public async Task Without_a_volume_nothing_is_written()
    {
        var (builder, redis) = Graph();
        await using var application = builder.Build();
        await using (var run = await LocalServerRun.StartAsync(application, redis.Resource, _directory, _timeout.Token))
        {
            await AskAsync(redis.Resource, Login, "SET cart full");
            await run.StopAsync(_timeout.Token);
        }

        Assert.Empty(Directory.GetFiles(_directory, "*.rdb", SearchOption.AllDirectories));
    }

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _timeout.Dispose();
    }

    private static string Login => "AUTH \"pa\\\\ss\\\"word\"";

    private static (IDistributedApplicationBuilder Builder, IResourceBuilder<RedisResource> Redis) Graph()
    {
        var builder = LocalServerRun.CreateBuilder($"Parameters:cache-password={Password}");
        var redis = builder.AddRedis("cache");
        LocalServerRun.Allocate(redis.Resource);
        return (builder, redis);
    }

    /// <summary>Sends commands as one types them and reads until the server closes after QUIT.</summary>
    private async Task<string> AskAsync(RedisResource redis, params string[] commands)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", redis.PrimaryEndpoint.Port, _timeout.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Join("\r\n", [.. commands, "QUIT", ""])), _timeout.Token);
        using var reader = new StreamReader(stream);
        var answer = (await reader.ReadToEndAsync(_timeout.Token)).Replace("\r", "", StringComparison.Ordinal);
        return answer.EndsWith("\n+OK\n", StringComparison.Ordinal) ? answer[..^5] : answer;
    }
}
