using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Microsoft.Extensions.ServiceDiscovery.Yarp;

/// <summary>Replaces every destination by the end points of its service, and again when the configuration changes.</summary>
internal sealed class ServiceDiscoveryDestinationResolver(ServiceEndpointResolver resolver) : IDestinationResolver
{
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var changes = new List<IChangeToken>();
        foreach (var (name, destination) in destinations)
        {
            var source = await resolver.GetEndpointsAsync(destination.Address, cancellationToken);
            changes.Add(source.ChangeToken);
            foreach (var endpoint in source.Endpoints)
            {
                var replica = At(destination, endpoint);
                resolved[$"{name}[{replica.Address}]"] = replica;
            }
        }
        return new ResolvedDestinationCollection(resolved, new CompositeChangeToken(changes));
    }

    private static DestinationConfig At(DestinationConfig destination, ServiceEndpoint endpoint) => destination with
    {
        Address = ServiceEndpointAddress.Combine(new Uri(destination.Address), endpoint).ToString(),
        Health = string.IsNullOrEmpty(destination.Health)
            ? destination.Health
            : ServiceEndpointAddress.Combine(new Uri(destination.Health), endpoint).ToString(),
    };
}
