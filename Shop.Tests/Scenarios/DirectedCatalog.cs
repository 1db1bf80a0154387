using System.Text.Json;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.Audit;
using Shop.ServiceDefaults.Messaging;
using Shop.Tests.Service;
using Shop.Tests.Service.Catalog;

namespace Shop.Tests.Scenarios;

/// <summary>
/// Two replicas of Catalog whose operations stand still at named points while a rival runs, and whose sweepers come when they
/// are called. Orders, which knows no order, is here in the test process.
/// </summary>
public class DirectedCatalog(Servers servers) : RunningCatalog(servers)
{
    /// <summary>Where a call or a sweep can be met.</summary>
    public static readonly IReadOnlyList<string> Points =
        ["catalog.stock.before-load", "catalog.stock.before-commit", "catalog.stock.after-commit"];

    /// <summary>Where a message can be met.</summary>
    public static readonly IReadOnlyList<string> MessagePoints =
        ["catalog.stock.before-load", "messaging.consume.before-commit", "messaging.consume.after-commit"];

    private const string BeforeSweep = "catalog.leases.before-sweep";
    private const string AfterSweep = "catalog.leases.after-sweep";

    private readonly OrdersStub _orders = new();
    private Director _director = null!;
    private Turnstile[] _sweepers = [];
    private AuditDatabases _audited = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    public override IReadOnlyList<Uri> Orders => [new(_orders.Address)];

    /// <summary>How reservations come to be applied.</summary>
    protected virtual string Strategy => "batch";

    public override async Task InitializeAsync()
    {
        await _orders.StartAsync(CatalogKey);
        _director = await Director.StartAsync();
        _sweepers = [.. Catalog.Select((_, replica) => new Turnstile(_director, Process(replica), BeforeSweep, AfterSweep))];
        await base.InitializeAsync();
        _audited = new AuditDatabases(CatalogConnection, [], null);
        _connection = await new ConnectionFactory { Uri = new Uri(Rabbit) }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await _channel.ExchangeDeclareAsync(Prefix, ExchangeType.Topic, durable: true);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var sweeper in _sweepers) sweeper.Dispose();
        await EndAsync(_channel, _connection, _audited, _director, _orders);
    }

    /// <summary>
    /// Runs <paramref name="first"/>. The replica that comes to the point with it stands still there until the rival, which gets
    /// the number of the other replica, has ended or waits for a lock.
    /// </summary>
    /// <returns>The rival, which may still run; null when the point was not come to before the first had ended.</returns>
    /// <param name="late">The first may be seen to have ended before its process has come to the point.</param>
    public async Task<Task?> MeetAsync(string point, Func<Task> first, Func<int, Task> rival, bool late)
    {
        var met = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        var comers = 0;
        using var here = _director.On(Process(0), point, () => ComeAsync(0));
        using var there = _director.On(Process(1), point, () => ComeAsync(1));
        await first();
        if (late) await Eventually.TrueAsync(() => met.Task.IsCompleted, what: point);
        return met.Task.IsCompleted ? await met.Task : null;

        async Task ComeAsync(int replica)
        {
            if (Interlocked.Increment(ref comers) > 1) return;
            var meeting = rival(1 - replica);
            met.SetResult(meeting);
            await Task.WhenAny(meeting, WaitsForALockAsync(meeting));
        }
    }

    /// <summary>The sweeper of a replica goes through everything that is due once.</summary>
    public Task SweepAsync(int replica) => _sweepers[replica].TurnAsync();

    /// <summary>Sends a message as Orders does, and returns when it has had its effect through whichever replica got it.</summary>
    public async Task SendAsync<T>(string type, Guid order, long version, T message)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message, JsonSerializerOptions.Web);
        var envelope = new Envelope(Guid.CreateVersion7(), type, order, version, TraceParent: null, TraceState: null, body);
        await Eventually.TrueAsync(() => PublishAsync(envelope));
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM shop_inbox WHERE message_id = $1", envelope.MessageId) == 1);
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<object?> ScalarAsync(string sql, params object[] parameters)
    {
        await using var command = CatalogDatabase.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync();
    }

    /// <summary>What <c>./shop audit</c> compares within Catalog's database.</summary>
    public async Task AssertBooksAgreeAsync()
    {
        await using var output = new StringWriter();
        Assert.True(await new AuditReport(output).RunAsync(AuditChecks.Stock, _audited, TimeSpan.Zero, CancellationToken.None), output.ToString());
    }

    protected override Dictionary<string, string> CatalogSettings(int replica)
    {
        var settings = new Dictionary<string, string>(base.CatalogSettings(replica))
        {
            ["Internal:Name"] = Prefix,
            ["Catalog:Inventory:Strategy"] = Strategy,
            ["Catalog:Inventory:SweepInterval"] = "00:00:00.01",
        };
        foreach (var point in Points.Union(MessagePoints).Append(BeforeSweep).Append(AfterSweep))
            settings[$"Failpoints:{point}"] = _director.Setting(Process(replica));
        return settings;
    }

    private static string Process(int replica) => $"{replica}";

    // Nobody takes it over before a replica has bound its queue.
    private async Task<bool> PublishAsync(Envelope envelope)
    {
        try
        {
            await _channel.BasicPublishAsync(Prefix, envelope.Type, mandatory: true, envelope.Properties("orders"), envelope.Body);
            return true;
        }
        catch (PublishException)
        {
            return false;
        }
    }

    /// <summary>Returns when somebody waits in the database for a lock, or the rival has ended.</summary>
    private Task WaitsForALockAsync(Task rival) => Eventually.TrueAsync(async () => rival.IsCompleted || await CountAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> $1", 0) > 0);
}

/// <summary>The same with a transaction for each reservation.</summary>
public sealed class SingleDirectedCatalog(Servers servers) : DirectedCatalog(servers)
{
    protected override string Strategy => "single";
}
