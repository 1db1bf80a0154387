using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;

namespace Shop.Tests.Service.ServiceDefaults;

[Collection(Servers.Collection)]
public sealed class HealthTests(Servers servers)
{
    [Fact]
    public async Task A_service_listens_without_its_database_and_is_ready_when_that_comes()
    {
        var direct = new NpgsqlConnectionStringBuilder(servers.MissingDatabase("health"));
        await using var gate = new TcpGate(direct.Host!, direct.Port);
        direct.Port = gate.Port;
        await using var service = await TestService.StartAsync(
            new() { ["ConnectionStrings:thingsdb"] = direct.ConnectionString },
            builder => builder.AddDatabase("thingsdb"),
            app => app.MapGet("/api/things", () => "things"));
        await Eventually.TrueAsync(async () => await CheckAsync(service, "thingsdb") == "the database is away");
        Assert.Equal(200, await StatusAsync(service, "/alive"));
        Assert.Equal(503, await StatusAsync(service, "/health"));
        Assert.Equal(503, await StatusAsync(service, "/api/things"));

        gate.Open();
        await Eventually.TrueAsync(async () => await StatusAsync(service, "/health") == 200);
        Assert.Equal(200, await StatusAsync(service, "/api/things"));

        await gate.ShutAsync();
        await Eventually.TrueAsync(async () => await StatusAsync(service, "/health") == 503);
        Assert.Equal(200, await StatusAsync(service, "/alive"));
    }

    [Fact]
    public async Task A_replica_that_waits_for_the_migration_of_another_is_alive_and_not_ready_and_says_so()
    {
        var address = await servers.CreateDatabaseAsync("health");
        await using var database = NpgsqlDataSource.Create(address);
        await using var other = await database.OpenConnectionAsync();
        await using (var hold = new NpgsqlCommand($"select pg_advisory_lock({MigrationSession.LockKey})", other))
            await hold.ExecuteNonQueryAsync();
        await using var service = await TestService.StartAsync(
            new() { ["ConnectionStrings:thingsdb"] = address, ["Database:Migrations:TellEvery"] = "00:00:00.1" },
            builder => builder.AddDatabase("thingsdb"),
            app => app.MapGet("/api/things", () => "things"));
        await Eventually.TrueAsync(async () => await CheckAsync(service, "thingsdb") == "waits for the migration of another replica");
        Assert.Equal(200, await StatusAsync(service, "/alive"));
        Assert.Equal(503, await StatusAsync(service, "/health"));
        Assert.Equal(503, await StatusAsync(service, "/api/things"));

        await using (var release = new NpgsqlCommand($"select pg_advisory_unlock({MigrationSession.LockKey})", other))
            await release.ExecuteNonQueryAsync();
        await Eventually.TrueAsync(async () => await StatusAsync(service, "/health") == 200);
    }

    [Fact]
    public async Task Readiness_is_asked_of_the_server_once_a_second_however_many_ask()
    {
        var direct = new NpgsqlConnectionStringBuilder(servers.MissingDatabase("health"));
        await using var gate = new TcpGate(direct.Host!, direct.Port);
        gate.Open();
        direct.Port = gate.Port;
        var time = new SteppedTime();
        await using var service = await TestService.StartAsync(
            new() { ["ConnectionStrings:thingsdb"] = direct.ConnectionString },
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time);
                builder.AddDatabase("thingsdb");
            });
        await Eventually.TrueAsync(async () => await StatusAsync(service, "/health") == 200);
        var before = gate.Accepted;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => Assert.Equal(200, await StatusAsync(service, "/health"))));
        Assert.InRange(gate.Accepted - before, 0, 1);
        // A server that is late on a busy machine is away in that second.
        await Eventually.TrueAsync(async () =>
        {
            before = gate.Accepted;
            time.Advance(TimeSpan.FromSeconds(1));
            var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StatusAsync(service, "/health")));
            Assert.Equal(1, gate.Accepted - before);
            return statuses.All(status => status == 200);
        });
    }

    [Fact]
    public async Task Health_names_the_checks_and_no_secret()
    {
        await using var service = await TestService.StartAsync(
            new()
            {
                ["ConnectionStrings:thingsdb"] = servers.MissingDatabase("health"),
                ["ConnectionStrings:cache"] = "127.0.0.1:1,password=hunter2",
            },
            builder =>
            {
                builder.AddDatabase("thingsdb");
                builder.AddRedis("cache");
            });
        await Eventually.TrueAsync(async () => await StatusAsync(service, "/health") == 200);
        var text = await service.Client.GetStringAsync("/health");
        Assert.Contains("\"Degraded\"", text);
        Assert.DoesNotContain("hunter2", text);
        Assert.DoesNotContain("Password", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_service_that_is_told_to_stop_says_so_before_it_stops_answering()
    {
        var (time, notice) = (new SteppedTime(), TimeSpan.FromSeconds(2));
        await using var service = await TestService.StartAsync(
            new() { ["Shutdown:Notice"] = $"{notice}" },
            builder => builder.Services.AddSingleton<TimeProvider>(time)
                .PostConfigure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(1)));
        Assert.Equal(200, await StatusAsync(service, "/health"));
        var lifetime = service.Get<IHostApplicationLifetime>();
        var stop = service.Get<IHost>().StopAsync();
        await time.AwaitedAsync(notice);
        Assert.Equal(503, await StatusAsync(service, "/health"));
        Assert.Equal("the service is stopping", await CheckAsync(service, "shutdown"));
        Assert.False(lifetime.ApplicationStopped.IsCancellationRequested);
        time.Advance(notice);
        await stop;
        // To be disposed is to be stopped once more.
        service.Get<IConfiguration>()["Shutdown:Notice"] = "00:00:00";
        await Assert.ThrowsAsync<HttpRequestException>(() => StatusAsync(service, "/alive"));
    }

    private static async Task<int> StatusAsync(TestService service, string path)
    {
        using var answer = await service.Client.GetAsync(path);
        return (int)answer.StatusCode;
    }

    private static async Task<string?> CheckAsync(TestService service, string name)
    {
        using var answer = await service.Client.GetAsync("/health");
        var checks = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks");
        return checks.GetProperty(name).TryGetProperty("description", out var text) ? text.GetString() : null;
    }
}
