using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Service.ServiceDefaults;

internal sealed record ThingHappened(Guid ThingId, int Number);

/// <summary>What the handler of a test does and has seen.</summary>
internal sealed class HandlerScript
{
    public ConcurrentQueue<int> Attempts { get; } = new();

    public Func<MessageContext, Task> Act { get; set; } = _ => Task.CompletedTask;
}

internal sealed class ThingHandler(HandlerScript script) : IMessageHandler<ThingHappened>
{
    public async Task HandleAsync(ThingHappened message, MessageContext context, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("insert into effects values ($1)", context.Connection, context.Transaction)
        {
            Parameters = { new() { Value = message.Number } },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
        script.Attempts.Enqueue(context.Attempt);
        await script.Act(context);
    }
}

/// <summary>One database and an exchange of one's own; services of a test send and receive over them.</summary>
internal sealed class MessagingBed(Servers servers, string database) : IAsyncDisposable
{
    public const string Type = "thing-happened";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(database);

    public string Queue { get; } = Servers.UniqueName("test");

    public string Database { get; set; } = database;

    /// <summary>Of a second database, to which messages of odd numbers go; none without it.</summary>
    public string? OtherDatabase { get; set; }

    public string Rabbit { get; set; } = servers.RabbitConnectionString;

    public HandlerScript Script { get; } = new();

    public static async Task<MessagingBed> CreateAsync(Servers servers)
    {
        var database = await servers.CreateDatabaseAsync("messaging");
        var bed = new MessagingBed(servers, database);
        await bed.ExecuteAsync("create table effects (number int not null)");
        return bed;
    }

    public Task<TestService> StartAsync(bool publish = true, bool consume = true, bool optional = false) => TestService.StartAsync(
        new Dictionary<string, string?>
        {
            ["ConnectionStrings:thingsdb"] = Database,
            ["ConnectionStrings:othersdb"] = OtherDatabase,
            ["ConnectionStrings:messaging"] = Rabbit,
            ["Internal:Name"] = Queue,
            ["Internal:Callers:operator"] = "operator-key",
            ["Messaging:Exchange"] = Queue,
            ["Messaging:RetryDelays:0"] = "00:00:00.1",
            ["Messaging:RetryDelays:1"] = "00:00:00.2",
            ["Messaging:RetryDelays:2"] = "00:00:00.3",
        },
        builder => Configure(builder, publish, consume, optional));

    /// <summary>Commits one message.</summary>
    public static async Task SendAsync(TestService service, int number, CancellationToken cancellationToken = default)
    {
        var databases = service.Get<ServiceDatabases>();
        await databases.WhenReadyAsync(cancellationToken);
        await using var connection = await databases[0].OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var message = new ThingHappened(Guid.CreateVersion7(), number);
        await service.Get<Outbox>().WriteAsync(connection, transaction, message, message.ThingId, 1, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public Task<long> EffectsAsync() => CountAsync("effects");

    public Task<long> OutboxAsync() => CountAsync("shop_outbox");

    public async Task EffectsBecomeAsync(long count) => await Eventually.TrueAsync(async () => await EffectsAsync() == count);

    /// <summary>Everything committed is confirmed, and every delivery has been answered.</summary>
    public async Task SettleAsync()
    {
        await Eventually.TrueAsync(async () => await OutboxAsync() == 0);
        await Eventually.TrueAsync(async () => await DepthAsync(Queue) == 0);
    }

    public async Task<uint> DepthAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Rabbit) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }

    /// <summary>Why the oldest dead letter died: rejected, or delivery_limit, expired, maxlen.</summary>
    public async Task<string> CauseOfDeathAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Rabbit) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var letter = await channel.BasicGetAsync(Queue + ".dead", autoAck: false);
        return Encoding.UTF8.GetString((byte[])letter!.BasicProperties.Headers!["x-first-death-reason"]!);
    }

    /// <summary>Publishes as some other program might.</summary>
    public async Task PublishRawAsync(BasicProperties properties, byte[] body)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Rabbit) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync("", Queue, mandatory: true, properties, body);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(servers.RabbitConnectionString) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var suffix in new[] { "", ".dead", ".retry.0.1s", ".retry.0.2s", ".retry.0.3s" })
            await channel.QueueDeleteAsync(Queue + suffix);
        await channel.ExchangeDeleteAsync(Queue);
        await _source.DisposeAsync();
    }

    private async Task<long> CountAsync(string table)
    {
        await using var command = _source.CreateCommand($"select count(*) from {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private void Configure(WebApplicationBuilder builder, bool publish, bool consume, bool optional)
    {
        builder.Services.AddSingleton(Script);
        builder.AddDatabases(OtherDatabase is null ? ["thingsdb"] : ["thingsdb", "othersdb"]);
        builder.AddMessaging(m =>
        {
            if (publish)
                m.Publish(Type, (JsonTypeInfo<ThingHappened>)Json.GetTypeInfo(typeof(ThingHappened)), optional);
            if (consume)
                m.Consume<ThingHappened, ThingHandler>(
                    Type, (JsonTypeInfo<ThingHappened>)Json.GetTypeInfo(typeof(ThingHappened)),
                    message => OtherDatabase is null ? 0 : message.Number % 2);
        });
    }
}
