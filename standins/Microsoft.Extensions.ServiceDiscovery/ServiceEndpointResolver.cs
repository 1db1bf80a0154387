using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>
/// Tells where a service is served. What the configuration knows comes from there and follows its changes; any other name
/// is passed through as a host name.
/// </summary>
internal sealed class ServiceEndpointResolver
{
    private readonly IConfiguration _configuration;
    private readonly ConcurrentDictionary<string, ServiceEndpointSource> _known = new(StringComparer.OrdinalIgnoreCase);

    internal ServiceEndpointResolver(IConfiguration configuration) => _configuration = configuration;

    /// <summary>Resolves a name like <c>catalog</c> or an address like <c>https+http://_admin.catalog</c>.</summary>
    /// <exception cref="InvalidOperationException">The name is no address, or its configuration is malformed.</exception>
    public ValueTask<ServiceEndpointSource> GetEndpointsAsync(string serviceName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceName);
        cancellationToken.ThrowIfCancellationRequested();
        if (_known.TryGetValue(serviceName, out var known) && !known.ChangeToken.HasChanged)
            return new ValueTask<ServiceEndpointSource>(known);

        var query = ServiceEndpointQuery.Parse(serviceName)
            ?? throw new InvalidOperationException($"'{serviceName}' is not a service name or address.");
        return new ValueTask<ServiceEndpointSource>(Find(query) is { } found ? _known[serviceName] = found : PassThrough(query));
    }

    /// <summary>The same for a request address; null when the configuration does not know the service.</summary>
    internal ServiceEndpointSource? Find(Uri address)
    {
        var key = address.GetLeftPart(UriPartial.Authority);
        if (_known.TryGetValue(key, out var known) && !known.ChangeToken.HasChanged)
            return known;
        return ServiceEndpointQuery.Parse(address) is { } query && Find(query) is { } found ? _known[key] = found : null;
    }

    /// <summary>The token is taken before the values are read: a change in between makes a stale answer, but a marked one.</summary>
    private ServiceEndpointSource? Find(ServiceEndpointQuery query)
    {
        var token = _configuration.GetReloadToken();
        var endpoints = ConfiguredEndpoints.Find(_configuration, query);
        return endpoints.Count == 0 ? null : new ServiceEndpointSource(endpoints, token);
    }

    /// <summary>Not remembered: the names are as many as the hosts that the application talks to.</summary>
    private ServiceEndpointSource PassThrough(ServiceEndpointQuery query)
    {
        EndPoint endPoint = IPAddress.TryParse(query.ServiceName.Trim('[', ']'), out var address)
            ? new IPEndPoint(address, query.Port ?? 0)
            : new DnsEndPoint(query.ServiceName, query.Port ?? 0);
        return new ServiceEndpointSource([ServiceEndpoint.Create(endPoint)], new CancellationChangeToken(CancellationToken.None));
    }
}
