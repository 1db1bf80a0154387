using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>Endpoints of a deployed resource. Ports that a developer's machine chose do not count there.</summary>
internal static class EndpointManifest
{
    public static JsonObject Write(EndpointAnnotation endpoint, IResource resource)
    {
        var json = new JsonObject
        {
            ["scheme"] = Scheme(endpoint, resource),
            ["protocol"] = endpoint.Protocol == System.Net.Sockets.ProtocolType.Udp ? "udp" : "tcp",
            ["transport"] = endpoint.Transport,
        };
        // A project listens where the platform tells it (HTTP_PORTS); a container's port is its own affair and is named.
        if (resource is not ProjectResource && endpoint.TargetPort is { } target)
            json["targetPort"] = target;
        if (endpoint.IsExternal)
            json["external"] = true;
        return json;
    }

    // Redis and AMQP are told apart by their connection strings; for the platform both are TCP.
    private static string Scheme(EndpointAnnotation endpoint, IResource resource) =>
        resource is ContainerResource && endpoint.Transport == "tcp" ? "tcp" : endpoint.UriScheme;
}
