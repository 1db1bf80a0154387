using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Shop.Web.Gateway;

/// <summary>
/// Takes a replica out after one connection that could not be made. A dead replica refuses at once and so looks idle,
/// which would draw the balancer to it; a short pause costs less than that.
/// </summary>
public sealed class UnreachableHealthPolicy(IDestinationHealthUpdater updater) : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "Unreachable";
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(2);

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        if (GatewayRetry.WasUnreachable(context.Features.Get<IForwarderErrorFeature>()))
            updater.SetPassive(cluster, destination, DestinationHealth.Unhealthy,
                cluster.Model.Config.HealthCheck?.Passive?.ReactivationPeriod ?? DefaultPause);
    }
}
