using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Shop.ServiceDefaults.Health;

namespace Shop.ServiceDefaults.Telemetry;

internal static class TelemetryExtensions
{
    /// <summary>Meters and activity sources of Shop's own code; each service names its own below it.</summary>
    private const string OwnNames = "Shop.*";

    /// <summary>Logs, metrics and traces; exported over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Npgsql", OwnNames))
            .WithTracing(tracing => tracing
                // Health is asked every few seconds and says nothing about what users do.
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !HealthExtensions.IsHealth(context.Request.Path))
                .AddHttpClientInstrumentation()
                .AddSource("Npgsql", "Yarp.ReverseProxy", OwnNames));
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;
        // Each of three signals is flushed at the end. With the default of 10 s and a collector that is gone, a service took
        // 10.6 s to stop; a second each stays within the time to drain. The first source, so that any other overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1000" },
        });
        telemetry.UseOtlpExporter();
    }
}
