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
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();
    }
}
