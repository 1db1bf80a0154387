using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.RabbitMq;

public sealed class RabbitMQClientTests
{
    [Fact]
    public async Task A_connection_waits_for_the_broker_is_shared_healthy_and_traced()
    {
        await using var broker = new RabbitServer();
        var builder = TestHost.Builder(("ConnectionStrings:messaging", broker.ConnectionString));
        builder.AddRabbitMQClient(
            "messaging",
            settings => settings.MaxConnectRetryCount = 20,
            factory => factory.ClientProvidedName = "standins");
        builder.Services.AddSingleton<TimeProvider>(new QuickTime(within: TimeSpan.FromDays(30), pause: TimeSpan.FromSeconds(3)));
        var telemetry = new CollectedTelemetry();
        telemetry.AddTo(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();

        var waiting = Task.Run(host.Services.GetRequiredService<IConnection>);
        await broker.StartAsync();
        var connection = await waiting.WaitAsync(TimeSpan.FromSeconds(90));

        Assert.Same(connection, host.Services.GetRequiredService<IConnection>());
        Assert.Equal("standins", connection.ClientProvidedName);
        await PublishAndGetAsync(connection);
        Assert.Equal(HealthStatus.Healthy, await Health(host));
        Assert.Contains(telemetry.Spans, span => span.Source.Name == "RabbitMQ.Client.Publisher" && span.Kind == ActivityKind.Producer);

        await broker.StopAsync();
        await Eventually.TrueAsync(async () => await Health(host) == HealthStatus.Unhealthy);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_broker_that_stays_away_is_an_error_after_the_retries_and_unhealthy()
    {
        var time = new QuickTime(within: TimeSpan.FromHours(1));
        using var host = Away(time, disableAutoActivation: true);
        await host.StartAsync();

        Assert.Throws<BrokerUnreachableException>(host.Services.GetRequiredService<IConnection>);
        Assert.Equal([1, 2, 4, 8, 16], time.Pauses.Select(pause => pause.TotalSeconds));
        Assert.Equal(HealthStatus.Unhealthy, await Health(host));
    }

    [Fact]
    public async Task Auto_activation_fails_the_start_when_the_broker_stays_away()
    {
        using var host = Away(new QuickTime(within: TimeSpan.FromHours(1)), disableAutoActivation: false);
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => host.StartAsync());
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        var builder = TestHost.Builder();
        builder.AddRabbitMQClient("messaging");
        using var host = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IConnectionFactory>);
        Assert.Contains("ConnectionStrings:messaging", error.Message, StringComparison.Ordinal);
    }

    private static IHost Away(TimeProvider time, bool disableAutoActivation)
    {
        var builder = TestHost.Builder(("ConnectionStrings:messaging", $"amqp://guest:guest@127.0.0.1:{FreePorts.Next()}"));
        builder.AddRabbitMQClient("messaging", settings => settings.DisableAutoActivation = disableAutoActivation);
        builder.Services.AddSingleton(time);
        return builder.Build();
    }

    private static async Task<HealthStatus> Health(IHost host) =>
        (await host.CheckHealthAsync()).Entries["RabbitMQ.Client"].Status;

    private static async Task PublishAndGetAsync(IConnection connection)
    {
        await using var channel = await connection.CreateChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        await channel.BasicPublishAsync("", queue.QueueName, Encoding.UTF8.GetBytes("hello"));
        BasicGetResult? got = null;
        await Eventually.TrueAsync(async () => (got = await channel.BasicGetAsync(queue.QueueName, autoAck: true)) is not null);
        Assert.Equal("hello", Encoding.UTF8.GetString(got!.Body.Span));
    }
}
