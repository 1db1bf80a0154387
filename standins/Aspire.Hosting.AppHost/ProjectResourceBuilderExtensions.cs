using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>
    /// Adds a project of the solution. It runs from its build output with the project's directory as working directory. The first
    /// launch profile of its launchSettings.json gives environment variables and endpoints.
    /// </summary>
    /// <typeparam name="TProject">The generated class in the namespace Projects.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource, which is also its name in service discovery.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddProject(name, new TProject());
    }

    internal static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        builder.AddProject(name, new ProjectMetadata(Path.GetFullPath(projectPath, builder.AppHostDirectory)));

    /// <summary>Runs the project several times, each with a port of its own.</summary>
    /// <param name="builder">The project.</param>
    /// <param name="replicas">How often, 1 or more.</param>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata)
    {
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);
        LaunchProfile.ApplyTo(project, metadata.ProjectPath);
        return project;
    }

    private sealed record ProjectMetadata(string ProjectPath) : IProjectMetadata;
}
