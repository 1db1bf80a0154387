using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>One place where a service is served.</summary>
internal abstract class ServiceEndpoint
{
    /// <summary>A <c>UriEndPoint</c>, host and port, or address and port; its text form can be shown.</summary>
    public abstract EndPoint EndPoint { get; }

    internal static ServiceEndpoint Create(EndPoint endPoint) => new ResolvedServiceEndpoint(endPoint);

    private sealed class ResolvedServiceEndpoint(EndPoint endPoint) : ServiceEndpoint
    {
        public override EndPoint EndPoint => endPoint;

        public override string ToString() => endPoint.ToString() ?? "";
    }
}
