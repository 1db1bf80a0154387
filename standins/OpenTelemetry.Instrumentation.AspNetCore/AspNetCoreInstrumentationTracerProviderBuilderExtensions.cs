using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Instrumentation.AspNetCore;

namespace OpenTelemetry.Trace;

/// <summary>Traces of ASP.NET Core.</summary>
public static class AspNetCoreInstrumentationTracerProviderBuilderExtensions
{
    /// <summary>Records a server span for every request that <see cref="AspNetCoreTraceInstrumentationOptions.Filter"/> lets pass.</summary>
    public static TracerProviderBuilder AddAspNetCoreInstrumentation(
        this TracerProviderBuilder builder, Action<AspNetCoreTraceInstrumentationOptions>? configureAspNetCoreTraceInstrumentationOptions)
    {
        if (configureAspNetCoreTraceInstrumentationOptions is not null)
            builder.ConfigureServices(services => services.Configure(configureAspNetCoreTraceInstrumentationOptions));
        return builder
            .AddSource(RequestListener.SourceName)
            .AddInstrumentation(services => new RequestSubscription(
                services.GetRequiredService<IOptions<AspNetCoreTraceInstrumentationOptions>>().Value,
                services.GetService<IConfiguration>()));
    }
}
