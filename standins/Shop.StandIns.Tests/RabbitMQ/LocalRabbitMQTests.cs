using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.StandIns.Tests.LocalServers;

namespace Shop.StandIns.Tests.RabbitMQ;

public sealed class LocalRabbitMQTests : IDisposable
{
    private const string Queue = "kept";
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(3));
    private readonly string _directory = LocalServerRun.CreateDirectory();

    [Fact]
    public async Task Messages_survive_a_stop_and_a_kill_and_neither_leaves_a_process()
    {
        var (builder, server) = Graph("Parameters:messaging-password=old");
        await using var application = builder.Build();
        await using (var run = await LocalServerRun.StartAsync(application, server.Resource, _directory, _timeout.Token))
        {
            await PublishAsync(server.Resource, "one");
            await run.StopAsync(_timeout.Token);
            Assert.False(LocalServerRun.IsListening(server.Resource.PrimaryEndpoint.Port));
            Assert.False(await run.IsHealthyAsync("messaging", _timeout.Token));
        }

        await using (var run = await LocalServerRun.StartAsync(application, server.Resource, _directory, _timeout.Token))
        {
            await PublishAsync(server.Resource, "two");
            await run.KillAsync(_timeout.Token);
        }

        // The third time with another password, which must take effect.
        var (changed, changedServer) = Graph("Parameters:messaging-password=p/ss:w@rd?");
        await using var changedApplication = changed.Build();
        await using (await LocalServerRun.StartAsync(changedApplication, changedServer.Resource, _directory, _timeout.Token))
            Assert.Equal(["one", "two"], await TakeAllAsync(changedServer.Resource));
    }

    [Fact]
    public async Task It_opens_to_its_password_only()
    {
        var (builder, server) = Graph();
        await using var application = builder.Build();
        await using var run = await LocalServerRun.StartAsync(application, server.Resource, _directory, _timeout.Token);

        var uri = new UriBuilder((await server.Resource.UriExpression.GetValueAsync(_timeout.Token))!) { Password = "guess" }.Uri;
        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(() => new ConnectionFactory { Uri = uri }.CreateConnectionAsync(_timeout.Token));
        Assert.IsType<AuthenticationFailureException>(refused.InnerException);
    }

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _timeout.Dispose();
    }

    private static (IDistributedApplicationBuilder Builder, IResourceBuilder<RabbitMQServerResource> Server) Graph(params string[] args)
    {
        var builder = LocalServerRun.CreateBuilder(args);
        var server = builder.AddRabbitMQ("messaging");
        LocalServerRun.Allocate(server.Resource);
        return (builder, server);
    }

    private async Task PublishAsync(RabbitMQServerResource server, string text)
    {
        await using var connection = await ConnectAsync(server);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), _timeout.Token);
        await DeclareAsync(channel);
        await channel.BasicPublishAsync(
            "", Queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text), _timeout.Token);
    }

    private async Task<List<string>> TakeAllAsync(RabbitMQServerResource server)
    {
        await using var connection = await ConnectAsync(server);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: _timeout.Token);
        await DeclareAsync(channel);
        var texts = new List<string>();
        while (await channel.BasicGetAsync(Queue, autoAck: true, _timeout.Token) is { } message) texts.Add(Encoding.UTF8.GetString(message.Body.Span));
        return texts;
    }

    private Task DeclareAsync(IChannel channel) => channel.QueueDeclareAsync(
        Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" },
        cancellationToken: _timeout.Token);

    private async Task<IConnection> ConnectAsync(RabbitMQServerResource server)
    {
        var factory = new ConnectionFactory { Uri = new Uri((await server.UriExpression.GetValueAsync(_timeout.Token))!) };
        return await factory.CreateConnectionAsync(_timeout.Token);
    }
}
