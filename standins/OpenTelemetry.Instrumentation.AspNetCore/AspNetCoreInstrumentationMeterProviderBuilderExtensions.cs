namespace OpenTelemetry.Metrics;

/// <summary>Metrics of ASP.NET Core.</summary>
public static class AspNetCoreInstrumentationMeterProviderBuilderExtensions
{
    /// <summary>Collects requests, connections, routing, unhandled exceptions and rate limiting.</summary>
    public static MeterProviderBuilder AddAspNetCoreInstrumentation(this MeterProviderBuilder builder) =>
        builder.AddMeter(
            "Microsoft.AspNetCore.Hosting",
            "Microsoft.AspNetCore.Server.Kestrel",
            "Microsoft.AspNetCore.Http.Connections",
            "Microsoft.AspNetCore.Routing",
            "Microsoft.AspNetCore.Diagnostics",
            "Microsoft.AspNetCore.RateLimiting");
}
