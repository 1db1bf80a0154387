using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Registry;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>One pipeline per client name, built again when its options change.</summary>
internal sealed class StandardPipelines(
    IOptionsMonitor<HttpStandardResilienceOptions> options, ILoggerFactory logs, IServiceProvider services) : IDisposable
{
    private readonly ResiliencePipelineRegistry<(string Pipeline, string Client)> _registry = new(
        new ResiliencePipelineRegistryOptions<(string Pipeline, string Client)>
        {
            BuilderFactory = () => new ResiliencePipelineBuilder
            {
                TimeProvider = services.GetService<TimeProvider>(),
                TelemetryListener = new ResilienceLog(logs.CreateLogger(ResilienceLog.Category)),
            },
            BuilderNameFormatter = key => key.Pipeline,
            InstanceNameFormatter = key => key.Client,
        });

    public ResiliencePipeline<HttpResponseMessage> Get(string pipelineName, string clientName) =>
        _registry.GetOrAddPipeline<HttpResponseMessage>((pipelineName, clientName), Build);

    public void Dispose() => _registry.Dispose();

    private void Build(
        ResiliencePipelineBuilder<HttpResponseMessage> builder,
        ConfigureBuilderContext<(string Pipeline, string Client)> context)
    {
        var name = context.PipelineKey.Pipeline;
        ReloadOnChange(context, name);
        var current = options.Get(name);
        builder
            .AddStrategy(_ => new ConcurrencyLimitStrategy(current.RateLimiter.DefaultRateLimiterOptions), current.RateLimiter)
            .AddTimeout(current.TotalRequestTimeout)
            .AddRetry(current.Retry)
            .AddCircuitBreaker(current.CircuitBreaker)
            .AddTimeout(current.AttemptTimeout);
    }

    private void ReloadOnChange(ConfigureBuilderContext<(string Pipeline, string Client)> context, string name)
    {
        var changed = new CancellationTokenSource();
        var registration = options.OnChange((_, changedName) =>
        {
            if (changedName == name)
                changed.Cancel();
        });
        context.AddReloadToken(changed.Token);
        context.OnPipelineDisposed(() =>
        {
            registration?.Dispose();
            changed.Dispose();
        });
    }
}
