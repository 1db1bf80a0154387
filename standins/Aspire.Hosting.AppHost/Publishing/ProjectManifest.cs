using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>What a project gets when it is deployed and would not get on a developer's machine.</summary>
internal static class ProjectManifest
{
    /// <summary>The platform ends TLS in front of the service, so whatever speaks HTTP is reachable by HTTPS too.</summary>
    public static void CompleteEndpoints(ProjectResource project)
    {
        EndpointAnnotation[] endpoints = [.. project.Annotations.OfType<EndpointAnnotation>()];
        var http = endpoints.FirstOrDefault(endpoint => endpoint.UriScheme is "http" or "https");
        if (http is null)
            return;
        foreach (var scheme in (string[])["http", "https"])
        {
            if (endpoints.Any(endpoint => endpoint.UriScheme == scheme))
                continue;
            project.Annotations.Add(new EndpointAnnotation(
                ProtocolType.Tcp, uriScheme: scheme, transport: http.Transport, name: scheme, isExternal: http.IsExternal));
        }
    }

    /// <summary>Variables that come before the model's own, which may replace them.</summary>
    public static Dictionary<string, object> DefaultEnvironment(ProjectResource project)
    {
        var variables = new Dictionary<string, object> { ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory" };
        var http = project.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => endpoint.UriScheme == "http");
        if (http is not null)
        {
            variables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
            variables["HTTP_PORTS"] = new EndpointReference(project, http.Name).Property(EndpointProperty.TargetPort);
        }
        return variables;
    }
}
