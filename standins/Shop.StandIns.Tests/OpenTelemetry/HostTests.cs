using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.Telemetry;

public sealed class HostTests
{
    [Fact]
    public async Task Several_calls_compose_and_telemetry_starts_before_the_services_of_the_application()
    {
        var name = $"early-{Guid.CreateVersion7()}";
        var builder = TestHost.Builder();
        builder.Services.AddHostedService(_ => new Traced($"{name}-one", $"{name}-two"));
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource($"{name}-one"));
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource($"{name}-two"));
        var telemetry = new CollectedTelemetry();
        telemetry.AddTo(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();

        Assert.Equal([$"{name}-one", $"{name}-two"], telemetry.Spans.Select(span => span.Source.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_waits_for_export_is_exported_at_the_end_of_the_host()
    {
        var name = $"late-{Guid.CreateVersion7()}";
        var exporter = new CountingExporter();
        var builder = TestHost.Builder();
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing
            .AddSource(name)
            .AddProcessor(new BatchActivityExportProcessor(exporter, scheduledDelayMilliseconds: 3_600_000)));
        var host = builder.Build();
        await host.StartAsync();
        using (var source = new ActivitySource(name))
            source.StartActivity("late")!.Stop();
        await host.StopAsync();
        Assert.Equal(0, exporter.Count);

        host.Dispose();
        Assert.Equal(1, exporter.Count);
    }

    [Fact]
    public async Task Metrics_of_several_calls_are_collected_by_one_provider()
    {
        var name = $"meter-{Guid.CreateVersion7()}";
        var builder = TestHost.Builder();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter($"{name}-one"));
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter($"{name}-two"));
        var telemetry = new CollectedTelemetry();
        telemetry.AddTo(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();
        using var one = new Meter($"{name}-one");
        using var two = new Meter($"{name}-two");
        one.CreateCounter<int>("c").Add(1);
        two.CreateCounter<int>("c").Add(1);

        var meters = telemetry.CollectMetrics(host.Services).Select(metric => metric.MeterName).Order(StringComparer.Ordinal);
        Assert.Equal([$"{name}-one", $"{name}-two"], meters);
    }

    [Fact]
    public async Task One_exporter_call_sends_traces_metrics_and_logs()
    {
        var name = $"otlp-{Guid.CreateVersion7()}";
        var received = new ConcurrentDictionary<string, bool>();
        await using var collector = await WebServer.StartAsync(context =>
        {
            received[context.Request.Path.Value!] = true;
            return Task.CompletedTask;
        });
        var builder = TestHost.Builder();
        builder.Logging.AddOpenTelemetry();
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(name))
            .WithMetrics(metrics => metrics.AddMeter(name))
            .UseOtlpExporter(OtlpExportProtocol.HttpProtobuf, collector.Address);
        using (var host = builder.Build())
        {
            await host.StartAsync();
            using var source = new ActivitySource(name);
            source.StartActivity("span")!.Stop();
            using var meter = new Meter(name);
            meter.CreateCounter<int>("counter").Add(1);
            host.Services.GetRequiredService<ILogger<HostTests>>().LogWarning("a line");
            await host.StopAsync();
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], received.Keys.Order(StringComparer.Ordinal));
    }

    private sealed class Traced(params string[] sources) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (var name in sources)
            {
                using var source = new ActivitySource(name);
                source.StartActivity("start")?.Stop();
            }
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class CountingExporter : BaseExporter<Activity>
    {
        public int Count { get; private set; }

        public override ExportResult Export(in Batch<Activity> batch)
        {
            Count += (int)batch.Count;
            return ExportResult.Success;
        }
    }
}
