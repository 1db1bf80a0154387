namespace OpenTelemetry.Trace;

/// <summary>Traces of HttpClient.</summary>
public static class HttpClientInstrumentationTracerProviderBuilderExtensions
{
    /// <summary>Records a client span for every request of every HttpClient; the runtime emits them itself.</summary>
    public static TracerProviderBuilder AddHttpClientInstrumentation(this TracerProviderBuilder builder) =>
        builder.AddSource("System.Net.Http");
}
