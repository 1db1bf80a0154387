using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>
/// Writes the model as a deployment manifest: the same resources and the same environment callbacks as in a run, but
/// with references left as expressions such as <c>{catalogdb.connectionString}</c>, which the deploying tool resolves.
/// </summary>
internal sealed class ManifestWriter(
    IReadOnlyList<IResource> model, DistributedApplicationExecutionContext execution, string manifestDirectory)
{
    // Passwords of servers are parameters that nobody added to the graph by name; what uses one brings it along.
    private readonly HashSet<ParameterResource> _parameters = [];

    /// <summary>Builds the whole document.</summary>
    /// <exception cref="DistributedApplicationException">
    /// A resource cannot be deployed, or refers to one that is not in the manifest.
    /// </exception>
    public async Task<JsonObject> WriteAsync(CancellationToken cancellationToken)
    {
        IResource[] published = [.. model.Where(resource => !resource.Annotations.OfType<ExcludeFromManifestAnnotation>().Any())];
        foreach (var project in published.OfType<ProjectResource>())
            ProjectManifest.CompleteEndpoints(project);

        var resources = new JsonObject();
        foreach (var resource in published)
            resources[resource.Name] = await WriteAsync(resource, cancellationToken);
        foreach (var parameter in _parameters.Where(parameter => !resources.ContainsKey(parameter.Name)))
            resources[parameter.Name] = ParameterManifest.Write(parameter);
        ManifestReferences.Complete(resources);
        return new JsonObject
        {
            ["$schema"] = "https://json.schemastore.org/aspire-8.0.json",
            ["resources"] = resources,
        };
    }

    private async Task<JsonObject> WriteAsync(IResource resource, CancellationToken cancellationToken) => resource switch
    {
        ParameterResource parameter => ParameterManifest.Write(parameter),
        ProjectResource project => await WriteProjectAsync(project, cancellationToken),
        ContainerResource container => await WriteContainerAsync(container, cancellationToken),
        IResourceWithConnectionString value => new JsonObject
        {
            ["type"] = "value.v0", ["connectionString"] = Value(value.ConnectionStringExpression),
        },
        _ => throw new DistributedApplicationException(
            $"The resource '{resource.Name}' ({resource.GetType().Name}) cannot be written to a manifest; call ExcludeFromManifest on it."),
    };

    private async Task<JsonObject> WriteProjectAsync(ProjectResource project, CancellationToken cancellationToken)
    {
        var defaults = ProjectManifest.DefaultEnvironment(project);
        var json = new JsonObject
        {
            ["type"] = "project.v0",
            ["path"] = Relative(project.Annotations.OfType<IProjectMetadata>().Last().ProjectPath),
        };
        await AddArgumentsAsync(json, project, cancellationToken);
        await AddEnvironmentAsync(json, project, defaults, cancellationToken);
        AddBindings(json, project);
        return json;
    }

    private async Task<JsonObject> WriteContainerAsync(ContainerResource container, CancellationToken cancellationToken)
    {
        var json = new JsonObject { ["type"] = "container.v0" };
        if (container is IResourceWithConnectionString connection)
            json["connectionString"] = Value(connection.ConnectionStringExpression);
        json["image"] = ContainerManifest.Image(container);
        if (container.Entrypoint is { } entrypoint)
            json["entrypoint"] = entrypoint;
        await AddArgumentsAsync(json, container, cancellationToken);
        ContainerManifest.AddMounts(json, container, Relative);
        await AddEnvironmentAsync(json, container, [], cancellationToken);
        AddBindings(json, container);
        return json;
    }

    private async Task AddArgumentsAsync(JsonObject json, IResource resource, CancellationToken cancellationToken)
    {
        var arguments = new List<object>();
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, resource, cancellationToken));
        if (arguments.Count > 0)
            json["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)Value(argument))]);
    }

    private async Task AddEnvironmentAsync(
        JsonObject json, IResource resource, Dictionary<string, object> variables, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(execution, resource, variables, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);
        if (variables.Count > 0)
            json["env"] = new JsonObject(variables.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)Value(variable.Value))));
    }

    private static void AddBindings(JsonObject json, IResource resource)
    {
        var bindings = new JsonObject();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            bindings[endpoint.Name] = EndpointManifest.Write(endpoint, resource);
        if (bindings.Count > 0)
            json["bindings"] = bindings;
    }

    private string Value(object value)
    {
        _parameters.UnionWith(ManifestValue.Parameters(value));
        return ManifestValue.Of(value);
    }

    /// <summary>Manifests are read on other machines: no absolute paths, and slashes as everywhere.</summary>
    private string Relative(string path) => Path.GetRelativePath(manifestDirectory, path).Replace('\\', '/');
}
