using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace Shop.Tests.Service.ServiceDefaults;

[Collection(Servers.Collection)]
public sealed class OutageTests(Servers servers)
{
    [Fact]
    public async Task A_service_starts_without_RabbitMQ_and_sends_when_it_comes_and_comes_back()
    {
        var rabbit = new UriBuilder(servers.RabbitConnectionString);
        await using var gate = new TcpGate("127.0.0.1", rabbit.Port);
        await using var bed = await MessagingBed.CreateAsync(servers);
        rabbit.Port = gate.Port;
        bed.Rabbit = rabbit.ToString();
        await using var service = await bed.StartAsync();
        await MessagingBed.SendAsync(service, 1);
        Assert.Equal(("Degraded", true), await HealthAsync(service));

        gate.Open();
        await bed.EffectsBecomeAsync(1);
        await Eventually.TrueAsync(async () => await HealthAsync(service) == ("Healthy", true));

        await gate.ShutAsync();
        await MessagingBed.SendAsync(service, 2);
        await Eventually.TrueAsync(async () => await HealthAsync(service) == ("Degraded", true));
        gate.Open();
        await bed.EffectsBecomeAsync(2);
    }

    [Fact]
    public async Task A_replica_that_cannot_reach_RabbitMQ_leaves_the_relay_to_one_that_can()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        var rabbit = new UriBuilder(servers.RabbitConnectionString);
        await using var gate = new TcpGate("127.0.0.1", rabbit.Port);
        rabbit.Port = gate.Port;
        bed.Rabbit = rabbit.ToString();
        await using var cutOff = await bed.StartAsync();
        await MessagingBed.SendAsync(cutOff, 1);
        bed.Rabbit = servers.RabbitConnectionString;
        await using var connected = await bed.StartAsync();
        await bed.EffectsBecomeAsync(1);
    }

    [Fact]
    public async Task While_the_database_is_away_messages_wait_and_none_becomes_a_dead_letter()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        var direct = new NpgsqlConnectionStringBuilder(bed.Database);
        await using var gate = new TcpGate(direct.Host!, direct.Port);
        gate.Open();
        bed.Database = new NpgsqlConnectionStringBuilder(bed.Database) { Port = gate.Port }.ConnectionString;
        await using var service = await bed.StartAsync();
        var held = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        bed.Script.Act = async _ =>
        {
            held.TrySetResult();
            await go.Task;
        };
        for (var number = 0; number < 10; number++)
            await MessagingBed.SendAsync(service, number);
        await held.Task;

        await gate.ShutAsync();
        go.SetResult();
        await Eventually.TrueAsync(async () => await HealthAsync(service) is (_, false));
        gate.Open();
        await bed.EffectsBecomeAsync(10);
        await bed.SettleAsync();
        Assert.Equal(10, await bed.EffectsAsync());
        Assert.Equal(0u, await bed.DepthAsync(bed.Queue + ".dead"));
        Assert.All(bed.Script.Attempts, attempt => Assert.Equal(1, attempt));
    }

    [Fact]
    public async Task While_one_of_two_databases_is_away_messages_for_the_other_are_handled_and_the_service_is_ready()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        var other = await servers.CreateDatabaseAsync("messaging");
        await using var source = NpgsqlDataSource.Create(other);
        await ScalarAsync(source, "create table effects (number int not null)");
        var direct = new NpgsqlConnectionStringBuilder(other);
        await using var gate = new TcpGate(direct.Host!, direct.Port);
        gate.Open();
        direct.Port = gate.Port;
        bed.OtherDatabase = direct.ConnectionString;
        await using var service = await bed.StartAsync();
        await MessagingBed.SendAsync(service, 0);
        await bed.EffectsBecomeAsync(1);

        await gate.ShutAsync();
        await Eventually.TrueAsync(async () => await HealthAsync(service) == ("Degraded", true));
        // More than a replica holds.
        for (var number = 0; number < 40; number++)
            await MessagingBed.SendAsync(service, 1);
        await MessagingBed.SendAsync(service, 2);
        await bed.EffectsBecomeAsync(2);
        gate.Open();
        await Eventually.TrueAsync(async () => await ScalarAsync(source, "select count(*) from effects") is 40L);
        await bed.SettleAsync();
        Assert.Equal(0u, await bed.DepthAsync(bed.Queue + ".dead"));
        // A failure of the moment in which the database came back may count, for the eight that are handled at once.
        Assert.InRange(bed.Script.Attempts.Count(attempt => attempt > 1), 0, 8);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<(string Status, bool Ready)> HealthAsync(TestService service)
    {
        using var answer = await service.Client.GetAsync("/health");
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (body.GetProperty("status").GetString()!, answer.IsSuccessStatusCode);
    }
}
