namespace OpenTelemetry.Metrics;

/// <summary>Metrics of HttpClient.</summary>
public static class HttpClientInstrumentationMeterProviderBuilderExtensions
{
    /// <summary>Collects durations, connections and name lookups of HttpClient.</summary>
    public static MeterProviderBuilder AddHttpClientInstrumentation(this MeterProviderBuilder builder) =>
        builder.AddMeter("System.Net.Http", "System.Net.NameResolution");
}
