using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.Postgres;

public sealed class NpgsqlClientTests
{
    [Fact]
    public async Task A_data_source_answers_is_healthy_and_traced_and_a_keyed_one_lives_beside_it()
    {
        await using var postgres = new PostgresServer();
        await postgres.StartAsync();
        var builder = TestHost.Builder(
            ("ConnectionStrings:one", postgres.ConnectionString + ";Application Name=one"),
            ("ConnectionStrings:two", postgres.ConnectionString + ";Application Name=two"));
        builder.AddNpgsqlDataSource("one");
        builder.AddKeyedNpgsqlDataSource("two", configureDataSourceBuilder: source => source.ConnectionStringBuilder.MaxPoolSize = 3);
        var telemetry = new CollectedTelemetry();
        telemetry.AddTo(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();

        Assert.Equal("one", await ApplicationName(host.Services.GetRequiredService<NpgsqlDataSource>()));
        var keyed = host.Services.GetRequiredKeyedService<NpgsqlDataSource>("two");
        Assert.Equal("two", await ApplicationName(keyed));
        Assert.Contains("Maximum Pool Size=3", keyed.ConnectionString, StringComparison.Ordinal);

        var health = await host.CheckHealthAsync();
        Assert.Equal(["PostgreSql", "PostgreSql_two"], health.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.All(health.Entries.Values, entry => Assert.Equal(HealthStatus.Healthy, entry.Status));
        Assert.Contains(telemetry.Spans, span => span.Source.Name == "Npgsql" && span.Kind == ActivityKind.Client);
        Assert.Contains(telemetry.CollectMetrics(host.Services), metric => metric.MeterName == "Npgsql");
    }

    [Fact]
    public async Task A_database_that_is_away_is_unhealthy_and_what_is_disabled_stays_out()
    {
        var builder = TestHost.Builder(
            ("ConnectionStrings:away", $"Host=127.0.0.1;Port={FreePorts.Next()};Username=x"),
            ("Aspire:Npgsql:DisableTracing", "true"),
            ("Aspire:Npgsql:quiet:DisableHealthChecks", "true"),
            ("Aspire:Npgsql:quiet:DisableMetrics", "true"));
        builder.AddNpgsqlDataSource("away");
        builder.AddKeyedNpgsqlDataSource("quiet");
        using var host = builder.Build();

        var health = await host.CheckHealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, Assert.Single(health.Entries).Value.Status);
        Assert.Null(host.Services.GetService<TracerProvider>());
        Assert.NotNull(host.Services.GetService<MeterProvider>());
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        var builder = TestHost.Builder();
        builder.AddNpgsqlDataSource("catalogdb");
        using var host = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<NpgsqlDataSource>);
        Assert.Contains("ConnectionStrings:catalogdb", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> ApplicationName(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT current_setting('application_name')");
        return (string?)await command.ExecuteScalarAsync();
    }
}
