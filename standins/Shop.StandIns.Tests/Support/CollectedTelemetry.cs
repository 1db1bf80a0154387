using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Shop.StandIns.Tests.Support;

/// <summary>Takes in what an application exports.</summary>
internal sealed class CollectedTelemetry
{
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ConcurrentQueue<(string Name, string MeterName)> _metrics = [];

    public IReadOnlyList<Activity> Spans => [.. _spans];

    /// <summary>Adds exporters to the providers that the application has; adds no provider.</summary>
    public void AddTo(IServiceCollection services)
    {
        services.ConfigureOpenTelemetryTracerProvider(
            tracing => tracing.AddProcessor(new SimpleActivityExportProcessor(new SpanExporter(_spans))));
        services.ConfigureOpenTelemetryMeterProvider(
            metrics => metrics.AddReader(new BaseExportingMetricReader(new MetricExporter(_metrics))));
    }

    public IReadOnlyList<(string Name, string MeterName)> CollectMetrics(IServiceProvider services)
    {
        Assert.True(services.GetRequiredService<MeterProvider>().ForceFlush(30_000));
        return [.. _metrics];
    }

    private sealed class SpanExporter(ConcurrentQueue<Activity> spans) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch)
                spans.Enqueue(span);
            return ExportResult.Success;
        }
    }

    private sealed class MetricExporter(ConcurrentQueue<(string Name, string MeterName)> metrics) : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
                metrics.Enqueue((metric.Name, metric.MeterName));
            return ExportResult.Success;
        }
    }
}
