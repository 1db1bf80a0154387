using System.Globalization;
using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// Something a resource listens on. DCP's proxies are not used (they halve the throughput of small responses and pin a
/// connection to a replica): every replica has a port of its own, chosen before the start.
/// </summary>
internal sealed class EndpointAnnotation(
    ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null,
    int? port = null, int? targetPort = null, bool? isExternal = null) : IResourceAnnotation
{
    internal ProtocolType Protocol { get; set; } = protocol;

    internal string UriScheme { get; set; } = uriScheme ?? protocol.ToString().ToLowerInvariant();

    internal string Transport { get; set; } = transport ?? (uriScheme is "http" or "https" ? "http" : protocol.ToString().ToLowerInvariant());

    internal string Name { get; set; } = name ?? uriScheme ?? protocol.ToString().ToLowerInvariant();

    /// <summary>The port callers use, fixed by the AppHost; null: any.</summary>
    internal int? Port { get; set; } = port;

    /// <summary>The port inside a container.</summary>
    internal int? TargetPort { get; set; } = targetPort;

    internal string TargetHost { get; set; } = "localhost";

    internal bool IsExternal { get; set; } = isExternal ?? false;

    internal bool TlsEnabled => UriScheme == "https";

    /// <summary>Name of the variable that tells the process its port, or null.</summary>
    internal string? PortVariable { get; set; }

    /// <summary>One port per replica; null until the application starts.</summary>
    internal IReadOnlyList<int>? AllocatedPorts { get; set; }

    /// <summary>Address for callers of one replica.</summary>
    internal string UrlOf(int replica) => string.Create(CultureInfo.InvariantCulture, $"{UriScheme}://{TargetHost}:{PortOf(replica)}");

    internal int PortOf(int replica) => AllocatedPorts is { } ports ? ports[replica]
        : throw new InvalidOperationException($"The endpoint '{Name}' has no port before the application starts.");
}

internal enum EndpointProperty
{
    Url = 0,
    Host = 1,
    IPV4Host = 2,
    Port = 3,
    Scheme = 4,
    TargetPort = 5,
    HostAndPort = 6,
    TlsEnabled = 7,
}

/// <summary>An endpoint as a value: its URL. For a resource with replicas this is the first one's.</summary>
public sealed class EndpointReference : IValueProvider, IManifestExpressionProvider
{
    private readonly IResourceWithEndpoints _owner;
    private readonly string _endpointName;

    internal EndpointReference(IResourceWithEndpoints owner, string endpointName) => (_owner, _endpointName) = (owner, endpointName);

    internal IResourceWithEndpoints Resource => _owner;

    internal string EndpointName => _endpointName;

    internal bool Exists => Find() is not null;

    internal bool IsAllocated => Find()?.AllocatedPorts is not null;

    internal string Scheme => EndpointAnnotation.UriScheme;

    internal string Host => EndpointAnnotation.TargetHost;

    /// <summary>The port for callers. Known when the application starts.</summary>
    public int Port => EndpointAnnotation.PortOf(0);

    internal int? TargetPort => EndpointAnnotation.TargetPort;

    internal string Url => EndpointAnnotation.UrlOf(0);

    string IManifestExpressionProvider.ValueExpression => $"{{{_owner.Name}.bindings.{_endpointName}.url}}";

    internal EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new DistributedApplicationException($"Resource '{_owner.Name}' has no endpoint named '{_endpointName}'.");

    internal EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => new(Url);

    private EndpointAnnotation? Find() => _owner.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(e => string.Equals(e.Name, _endpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>One property of an endpoint as a value.</summary>
internal sealed class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IValueProvider, IManifestExpressionProvider
{
    internal EndpointReference Endpoint => endpointReference;

    internal EndpointProperty Property => property;

    public string ValueExpression => property == EndpointProperty.HostAndPort
        ? $"{Expression("host")}:{Expression("port")}"
        : Expression(property switch
        {
            EndpointProperty.Url => "url",
            EndpointProperty.Host or EndpointProperty.IPV4Host => "host",
            EndpointProperty.Port => "port",
            EndpointProperty.Scheme => "scheme",
            EndpointProperty.TargetPort => "targetPort",
            _ => "tlsEnabled",
        });

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var e = endpointReference;
        return new(property switch
        {
            EndpointProperty.Url => e.Url,
            EndpointProperty.Host => e.Host,
            EndpointProperty.IPV4Host => e.Host == "localhost" ? "127.0.0.1" : e.Host,
            EndpointProperty.Port => e.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.Scheme => e.Scheme,
            EndpointProperty.TargetPort => (e.TargetPort ?? e.Port).ToString(CultureInfo.InvariantCulture),
            EndpointProperty.HostAndPort => string.Create(CultureInfo.InvariantCulture, $"{e.Host}:{e.Port}"),
            _ => e.EndpointAnnotation.TlsEnabled ? bool.TrueString : bool.FalseString,
        });
    }

    private string Expression(string name) => $"{{{endpointReference.Resource.Name}.bindings.{endpointReference.EndpointName}.{name}}}";
}
