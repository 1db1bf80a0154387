using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Injects the connection string as <c>ConnectionStrings__name</c>, and its parts as <c>NAME_HOST</c> and so on.</summary>
    /// <typeparam name="TDestination">Type of the resource.</typeparam>
    /// <param name="builder">The resource that connects.</param>
    /// <param name="source">The resource that is connected to.</param>
    /// <param name="connectionName">Name of the connection; the resource's when null.</param>
    /// <param name="optional">Whether a missing connection string is left out rather than an error.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        return builder.WithReferenceRelationship(resource).WithEnvironment(context =>
        {
            var variable = resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}";
            context.EnvironmentVariables[variable] = new ConnectionStringReference(resource, optional);
            foreach (var (property, value) in resource.GetConnectionProperties())
                context.EnvironmentVariables[$"{ResourceNames.ToEnvironment(name)}_{property.ToUpperInvariant()}"] = value;
        });
    }

    /// <summary>
    /// Injects the addresses of the service for service discovery: <c>services__name__http__0</c>, one per replica, and <c>NAME_HTTP</c>
    /// (the first).
    /// </summary>
    /// <typeparam name="TDestination">Type of the resource.</typeparam>
    /// <param name="builder">The resource that calls.</param>
    /// <param name="source">The resource that is called.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        var resource = source.Resource;
        return builder.WithReferenceRelationship(resource).WithEnvironment(context =>
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>()) Inject(context, resource, endpoint);
        });
    }

    private static void Inject(EnvironmentCallbackContext context, IResourceWithServiceDiscovery resource, EndpointAnnotation endpoint)
    {
        var key = endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
        var first = new EndpointReference(resource, endpoint.Name);
        context.EnvironmentVariables[$"services__{resource.Name}__{key}__0"] = first;
        context.EnvironmentVariables[$"{ResourceNames.ToEnvironment(resource.Name)}_{ResourceNames.ToEnvironment(endpoint.Name)}"] = first;
        // A deployment has one address per service; its platform spreads the requests.
        if (context.ExecutionContext.IsPublishMode) return;
        for (var i = 1; i < (endpoint.AllocatedPorts?.Count ?? 1); i++)
            context.EnvironmentVariables[string.Create(CultureInfo.InvariantCulture, $"services__{resource.Name}__{key}__{i}")] = endpoint.UrlOf(i);
    }
}
