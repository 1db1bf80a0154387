using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.ServiceDefaults.Data;

/// <summary>
/// Readiness of one database: migrated, and it answers. While another one does, the service has work that it can do, and is
/// degraded only: each replica has the same databases, so turning them all away would help nobody.
/// </summary>
internal sealed class DatabaseHealthCheck(ServiceDatabase database, ServiceDatabases all) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (database.NotReadyBecause is { } reason)
            return HealthCheckResult.Unhealthy(reason);
        if (await database.AnsweredAsync(cancellationToken))
            return HealthCheckResult.Healthy();
        var answers = await Task.WhenAll(all.All.Select(one => one.AnsweredAsync(cancellationToken)));
        return new HealthCheckResult(
            answers.Any(answer => answer) ? HealthStatus.Degraded : HealthStatus.Unhealthy, "the database does not answer");
    }
}
