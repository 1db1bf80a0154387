using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Health;

/// <summary>
/// Stopping in order: readiness turns false first, the service goes on answering for <c>Shutdown:Notice</c> so that balancers
/// see it, then it drains. Both together stay under five seconds.
/// </summary>
internal sealed class Shutdown(IConfiguration configuration, TimeProvider time) : IHealthCheck, IHostedLifecycleService
{
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan DefaultNotice = TimeSpan.FromMilliseconds(500);
    private volatile bool _stopping;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(_stopping ? HealthCheckResult.Unhealthy("the service is stopping") : HealthCheckResult.Healthy());

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        await Task.Delay(configuration.GetValue("Shutdown:Notice", DefaultNotice), time, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
