using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Shop.StandIns.Tests.Support;
using StackExchange.Redis;

namespace Shop.StandIns.Tests.Redis;

public sealed class RedisClientTests
{
    // Without limits of its own nothing here would ever end. They add up: 5 s to connect, then 5 s for the answer of a check.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_application_starts_without_redis_and_connects_when_it_comes_and_comes_again()
    {
        await using var redis = new RedisServer();
        using var host = Host(redis.ConnectionString);
        await host.StartAsync().WaitAsync(Patience);
        Assert.Equal(HealthStatus.Unhealthy, await Health(host));

        await redis.StartAsync();
        await Eventually.TrueAsync(async () => await Health(host) == HealthStatus.Healthy, TimeSpan.FromSeconds(30));
        var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        await database.StringSetAsync("key", "value").WaitAsync(Patience);
        Assert.Equal("value", (string?)await database.StringGetAsync("key").WaitAsync(Patience));

        await redis.StopAsync();
        await Eventually.TrueAsync(async () => await Health(host) == HealthStatus.Unhealthy);
        await redis.StartAsync();
        await Eventually.TrueAsync(async () => await Health(host) == HealthStatus.Healthy, TimeSpan.FromSeconds(30));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_redis_that_accepts_and_never_answers_holds_nobody_up_for_ever()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        using var host = Host($"{mute.LocalEndpoint}");
        await host.StartAsync().WaitAsync(Patience);
        Assert.Equal(HealthStatus.Unhealthy, await Health(host).WaitAsync(Patience));
        await host.StopAsync();
    }

    [Fact]
    public void The_connection_string_wins_over_the_section_and_the_callback_over_both()
    {
        var builder = TestHost.Builder(
            ("ConnectionStrings:cache", "host-a:1,password=secret,ssl=true,abortConnect=true"),
            ("Aspire:StackExchange:Redis:ConnectionString", "host-b:2"),
            ("Aspire:StackExchange:Redis:ConfigurationOptions:ConnectTimeout", "111"),
            ("Aspire:StackExchange:Redis:cache:ConfigurationOptions:ConnectTimeout", "222"));
        ConfigurationOptions? options = null;
        builder.AddRedisClient("cache", configureOptions: given => throw new SeenException(options = given));
        using var host = builder.Build();

        Assert.Throws<SeenException>(host.Services.GetRequiredService<IConnectionMultiplexer>);
        Assert.Contains("host-a:1", options!.ToString(), StringComparison.Ordinal);
        Assert.Equal("secret", options.Password);
        Assert.Equal((true, true, 222), (options.Ssl, options.AbortOnConnectFail, options.ConnectTimeout));
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        var builder = TestHost.Builder();
        builder.AddRedisClient("cache");
        using var host = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IConnectionMultiplexer>);
        Assert.Contains("ConnectionStrings:cache", error.Message, StringComparison.Ordinal);
    }

    private static IHost Host(string connectionString)
    {
        var builder = TestHost.Builder(("ConnectionStrings:cache", connectionString));
        builder.AddRedisClient("cache", settings => settings.DisableAutoActivation = false);
        return builder.Build();
    }

    private static async Task<HealthStatus> Health(IHost host) =>
        (await host.CheckHealthAsync()).Entries["StackExchange.Redis"].Status;

    private sealed class SeenException(ConfigurationOptions options) : Exception(options.ToString());
}
