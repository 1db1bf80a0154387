using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Http.Resilience.Internal;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds resilience to HttpClients.</summary>
public static class ResilienceHttpClientBuilderExtensions
{
    /// <summary>Adds the standard handler and changes its options.</summary>
    internal static IHttpStandardResiliencePipelineBuilder AddStandardResilienceHandler(
        this IHttpClientBuilder builder, Action<HttpStandardResilienceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddStandardResilienceHandler().Configure((options, _) => configure(options));
    }

    /// <summary>
    /// Adds, from the outside in: a bound on the requests under way, a total time-out, retries, a circuit breaker and a
    /// time-out for each attempt. State such as an open circuit belongs to one client name.
    /// </summary>
    public static IHttpStandardResiliencePipelineBuilder AddStandardResilienceHandler(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var pipelineName = $"{builder.Name}-standard";
        var services = builder.Services;
        services.TryAddSingleton<StandardPipelines>();
        services.AddOptions<HttpStandardResilienceOptions>(pipelineName);
        services.TryAddEnumerable(ServiceDescriptor
            .Singleton<IValidateOptions<HttpStandardResilienceOptions>, HttpStandardResilienceOptionsValidator>());

        // A builder for all clients has no name of its own; the name of the client that is being built is only known here.
        services.Configure<HttpClientFactoryOptions>(builder.Name, options =>
            options.HttpMessageHandlerBuilderActions.Add(handlers =>
            {
                var pipeline = handlers.Services.GetRequiredService<StandardPipelines>().Get(pipelineName, handlers.Name ?? "");
                handlers.AdditionalHandlers.Add(new ResilienceHandler(pipeline));
            }));
        return new StandardPipelineBuilder(pipelineName, services);
    }

    private sealed record StandardPipelineBuilder(string PipelineName, IServiceCollection Services)
        : IHttpStandardResiliencePipelineBuilder;
}
