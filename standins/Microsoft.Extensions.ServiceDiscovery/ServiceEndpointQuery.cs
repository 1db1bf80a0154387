namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>
/// What a service address asks for: <c>https+http://_admin.catalog</c> is the end point "admin" of the service "catalog",
/// over https if there is one, else over http. The schemes may be left out, the end point name too.
/// </summary>
internal sealed record ServiceEndpointQuery(IReadOnlyList<string> Schemes, string? EndpointName, string ServiceName, int? Port)
{
    /// <returns>Null when the text is not an address.</returns>
    public static ServiceEndpointQuery? Parse(string text)
    {
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : $"fakescheme://{text}", UriKind.Absolute, out var uri))
            return null;
        return Parse(uri) is { } query && !hasScheme ? query with { Schemes = [] } : Parse(uri);
    }

    /// <returns>Null when the address names no host.</returns>
    public static ServiceEndpointQuery? Parse(Uri uri)
    {
        var host = uri.Host;
        if (host.Length == 0)
            return null;
        string? endpointName = null;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        if (host[0] == '_' && dot > 1 && dot < host.Length - 1)
        {
            endpointName = host[1..dot];
            host = host[(dot + 1)..];
        }
        return new ServiceEndpointQuery(
            uri.Scheme.Split('+'), endpointName, host, uri.IsDefaultPort || uri.Port < 0 ? null : uri.Port);
    }
}
