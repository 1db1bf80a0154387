using System.Net;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Reads <c>Services:&lt;service&gt;:&lt;end point name or scheme&gt;[:&lt;n&gt;]</c>.</summary>
internal static class ConfiguredEndpoints
{
    private const string Section = "Services";
    private const string DefaultEndpointName = "default";

    /// <returns>Empty when the configuration does not know the service, or not with the scheme or end point asked for.</returns>
    /// <exception cref="InvalidOperationException">A value is neither an address nor host and port.</exception>
    public static IReadOnlyList<ServiceEndpoint> Find(IConfiguration configuration, ServiceEndpointQuery query)
    {
        var service = configuration.GetSection(Section).GetSection(query.ServiceName);
        if (!service.Exists() || Group(service, query) is not { } group)
            return [];
        var endPoints = Values(group).Select(value => Parse(value.Value!, value.Path)).ToList();
        return [.. Preferred(endPoints, query).Select(ServiceEndpoint.Create)];
    }

    /// <summary>
    /// A name that was asked for is the only choice. Without one it is the end point "default", else the first scheme of the
    /// address that has an entry, else, for an address without scheme, https before http.
    /// </summary>
    private static IConfigurationSection? Group(IConfigurationSection service, ServiceEndpointQuery query)
    {
        IEnumerable<string> names = query.EndpointName is { } name
            ? [name]
            : [DefaultEndpointName, .. query.Schemes.Count > 0 ? query.Schemes : ["https", "http"]];
        return names.Select(service.GetSection).FirstOrDefault(section => section.Exists());
    }

    private static IEnumerable<IConfigurationSection> Values(IConfigurationSection group) =>
        new[] { group }.Concat(group.GetChildren()).Where(section => !string.IsNullOrWhiteSpace(section.Value));

    /// <summary>Of the addresses with a scheme, those of the first scheme asked for that there is; and all without.</summary>
    private static IEnumerable<EndPoint> Preferred(List<EndPoint> endPoints, ServiceEndpointQuery query)
    {
        if (query.Schemes.Count == 0)
            return endPoints;
        var scheme = query.Schemes.FirstOrDefault(wanted => endPoints.Any(endPoint => HasScheme(endPoint, wanted)));
        return endPoints.Where(endPoint => endPoint is not UriEndPoint || (scheme is not null && HasScheme(endPoint, scheme)));
    }

    private static bool HasScheme(EndPoint endPoint, string scheme) =>
        endPoint is UriEndPoint uri && string.Equals(uri.Uri.Scheme, scheme, StringComparison.OrdinalIgnoreCase);

    private static EndPoint Parse(string value, string key)
    {
        if (value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(value, UriKind.Absolute, out var uri))
            return new UriEndPoint(uri);
        if (IPEndPoint.TryParse(value, out var address))
            return address;
        var colon = value.LastIndexOf(':');
        if (colon < 0 && Uri.CheckHostName(value) != UriHostNameType.Unknown)
            return new DnsEndPoint(value, 0);
        if (colon > 0 && Uri.CheckHostName(value[..colon]) != UriHostNameType.Unknown && ushort.TryParse(value[(colon + 1)..], out var port))
            return new DnsEndPoint(value[..colon], port);
        throw new InvalidOperationException($"'{key}' is '{value}', which is neither an address like http://host:port nor host:port.");
    }
}
