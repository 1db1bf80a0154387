using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Puts an end point in the place of a service name in an address.</summary>
internal static class ServiceEndpointAddress
{
    public static Uri Combine(Uri address, ServiceEndpoint endpoint)
    {
        var result = new UriBuilder(address) { Scheme = FirstScheme(address) };
        switch (endpoint.EndPoint)
        {
            case UriEndPoint { Uri: var uri }:
                result.Scheme = uri.Scheme;
                result.Host = uri.Host;
                result.Port = uri.Port;
                if (uri.AbsolutePath.Length > 1)
                    result.Path = $"{uri.AbsolutePath.TrimEnd('/')}/{address.AbsolutePath.TrimStart('/')}";
                break;
            case IPEndPoint ip:
                (result.Host, result.Port) = (ip.Address.ToString(), Port(ip.Port, address));
                break;
            case DnsEndPoint dns:
                (result.Host, result.Port) = (dns.Host, Port(dns.Port, address));
                break;
        }
        return result.Uri;
    }

    /// <summary>An address without end point still needs one scheme: of <c>https+http</c> the first.</summary>
    public static Uri WithOneScheme(Uri address) =>
        address.Scheme.Contains('+', StringComparison.Ordinal)
            ? new UriBuilder(address) { Scheme = FirstScheme(address), Port = Port(0, address) }.Uri
            : address;

    private static string FirstScheme(Uri address) => address.Scheme.Split('+')[0];

    /// <summary>-1 is the default port of the scheme.</summary>
    private static int Port(int port, Uri address) => port > 0 ? port : address.IsDefaultPort ? -1 : address.Port;
}
