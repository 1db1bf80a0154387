using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>An end point that was given as an address with scheme.</summary>
internal sealed class UriEndPoint(Uri uri) : EndPoint
{
    public Uri Uri => uri;

    public override string ToString() => uri.ToString();
}
