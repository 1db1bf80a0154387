using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>The places where a service is served at one moment.</summary>
internal sealed class ServiceEndpointSource
{
    internal ServiceEndpointSource(IReadOnlyList<ServiceEndpoint> endpoints, IChangeToken changeToken)
    {
        Endpoints = endpoints;
        ChangeToken = changeToken;
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<ServiceEndpoint> Endpoints { get; }

    /// <summary>Fires when the answer may have become another one.</summary>
    public IChangeToken ChangeToken { get; }
}
