using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Catalog.Replication;

/// <summary>Without its standby the catalogue is slower under load and nothing else: degraded, never "not ready".</summary>
internal sealed class StandbyHealthCheck(Standby standby) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(standby.IsUsable ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(Why()));

    private string Why() => standby.State switch
    {
        StandbyState.Following => "the standby is late; the primary is read instead",
        StandbyState.Promoted => "the standby was promoted; the primary is read instead",
        StandbyState.Foreign => "the standby follows another primary; the primary is read instead",
        _ => "the standby is away; the primary is read instead",
    };
}
