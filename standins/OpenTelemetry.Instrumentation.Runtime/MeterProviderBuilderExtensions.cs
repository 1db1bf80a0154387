namespace OpenTelemetry.Metrics;

/// <summary>Metrics of the .NET runtime.</summary>
public static class MeterProviderBuilderExtensions
{
    /// <summary>Collects garbage collection, thread pool, lock, exception and processor metrics of the process.</summary>
    public static MeterProviderBuilder AddRuntimeInstrumentation(this MeterProviderBuilder builder) =>
        builder.AddMeter("System.Runtime");
}
