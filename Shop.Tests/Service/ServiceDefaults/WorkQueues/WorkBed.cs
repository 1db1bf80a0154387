using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.Tests.Service.ServiceDefaults.WorkQueues;

internal sealed record Count(int Number);

internal sealed record Send(string To);

/// <summary>What handlers do, and what was begun, by all replicas together.</summary>
internal sealed class JobScript
{
    public ConcurrentQueue<string> Begun { get; } = new();

    public ConcurrentQueue<string> Done { get; } = new();

    public Func<string, JobContext, CancellationToken, Task> Act { get; set; } = (_, _, _) => Task.CompletedTask;

    public async Task RunAsync(string job, JobContext context, CancellationToken cancellationToken)
    {
        Begun.Enqueue(job);
        await Act(job, context, cancellationToken);
        Done.Enqueue(job);
    }
}

internal sealed class CountHandler(JobScript script) : IJobHandler<Count>
{
    public Task HandleAsync(Count job, JobContext context, CancellationToken cancellationToken) =>
        script.RunAsync($"{job.Number}", context, cancellationToken);
}

internal sealed class SendHandler(JobScript script) : IJobHandler<Send>
{
    public Task HandleAsync(Send job, JobContext context, CancellationToken cancellationToken) =>
        script.RunAsync(job.To, context, cancellationToken);
}

/// <summary>A service with a queue "counts" in order and a queue "mails" by priority; any number of replicas.</summary>
internal sealed class WorkBed(Servers servers, string database) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(database);
    private readonly string _service = Servers.UniqueName("work");

    public string Counts => _service + ".work.counts";

    public string Mails => _service + ".work.mails";

    public JobScript Script { get; } = new();

    /// <summary>Before each next try.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    public static async Task<WorkBed> CreateAsync(Servers servers)
    {
        var bed = new WorkBed(servers, await servers.CreateDatabaseAsync("work"));
        await bed.ExecuteAsync("create table effects (job text not null)");
        return bed;
    }

    public Task<TestService> StartAsync() => TestService.StartAsync(
        new Dictionary<string, string?>
        {
            ["ConnectionStrings:workdb"] = database,
            ["ConnectionStrings:messaging"] = servers.RabbitConnectionString,
            ["Internal:Name"] = _service,
            ["Internal:Callers:operator"] = "operator-key",
            ["Messaging:Exchange"] = _service,
            ["Messaging:RetryDelays:0"] = $"{RetryDelay}",
        },
        builder =>
        {
            builder.Services.AddSingleton(Script);
            builder.AddDatabase("workdb");
            builder.AddMessaging(m => m
                .Publish("count", TypeOf<Count>())
                .WorkQueue("counts", queue => queue.Job<Count, CountHandler>("count", TypeOf<Count>()))
                .PublishPrioritised("send", TypeOf<Send>())
                .PriorityWorkQueue(
                    "mails", queue => queue.Job<Send, SendHandler>("send", TypeOf<Send>()), concurrency: 1, highsPerLow: 3));
        });

    public async Task CountAsync(TestService service, int from, int count)
    {
        for (var number = from; number < from + count; number++)
            await EnqueueAsync(service, outbox => outbox.Command(new Count(number), Guid.Empty, 1));
        await Eventually.TrueAsync(async () => await ScalarAsync("select count(*) from shop_outbox") == 0);
    }

    public async Task SendAsync(TestService service, JobPriority priority, params string[] to)
    {
        foreach (var one in to)
            await EnqueueAsync(service, outbox => outbox.Command(new Send(one), Guid.Empty, 1, priority));
        await Eventually.TrueAsync(async () => await ScalarAsync("select count(*) from shop_outbox") == 0);
    }

    public Task DoneAsync(params IEnumerable<int> numbers) =>
        Eventually.BecomesAsync("jobs done", () => Task.FromResult(string.Join(' ', Script.Done)), done => done == string.Join(' ', numbers));

    public async Task<long> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<uint> DepthAsync(string queue)
    {
        await using var broker = await new ConnectionFactory { Uri = new Uri(servers.RabbitConnectionString) }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }

    /// <summary>Why the oldest dead letter died: rejected, or delivery_limit.</summary>
    public async Task<string> CauseOfDeathAsync(string queue)
    {
        await using var broker = await new ConnectionFactory { Uri = new Uri(servers.RabbitConnectionString) }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync();
        var letter = await channel.BasicGetAsync(queue + ".dead", autoAck: false);
        return Encoding.UTF8.GetString((byte[])letter!.BasicProperties.Headers!["x-first-death-reason"]!);
    }

    /// <summary>Publishes as some other program might.</summary>
    public async Task PublishRawAsync(string queue, BasicProperties properties, byte[] body)
    {
        await using var broker = await new ConnectionFactory { Uri = new Uri(servers.RabbitConnectionString) }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
    }

    /// <summary>Sessions that end with the oldest job in their hands, as those of a process that dies; answers how many had one.</summary>
    public async Task<int> HoldAndEndAsync(string queue, string lane, int sessions)
    {
        await using var broker = await new ConnectionFactory { Uri = new Uri(servers.RabbitConnectionString) }.CreateConnectionAsync();
        for (var session = 0; session < sessions; session++)
        {
            await using var channel = await broker.CreateChannelAsync();
            if (await channel.BasicGetAsync(queue + lane, autoAck: false) is null)
                return session;
            await channel.CloseAsync();
            await Eventually.TrueAsync(async () => await DepthAsync(queue + lane) + await DepthAsync(queue + ".dead") > 0);
        }

        return sessions;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await using var broker = await new ConnectionFactory { Uri = new Uri(servers.RabbitConnectionString) }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync();
        foreach (var queue in new[] { Counts, Counts + ".dead", Mails + ".high", Mails + ".low", Mails + ".dead" })
            await channel.QueueDeleteAsync(queue);
        await channel.ExchangeDeleteAsync(_service);
        await _source.DisposeAsync();
    }

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T));

    private static async Task EnqueueAsync(TestService service, Func<Outbox, NpgsqlBatchCommand> command)
    {
        var databases = service.Get<ServiceDatabases>();
        await databases.WhenReadyAsync(CancellationToken.None);
        await using var connection = await databases[0].OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command(service.Get<Outbox>()) } };
        await batch.ExecuteNonQueryAsync();
    }
}
