using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Configures containers; used by the stand-ins of the server packages.</summary>
internal static class ContainerResourceBuilderExtensions
{
    internal static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null) where T : ContainerResource =>
        builder.WithAnnotation(
            new ContainerImageAnnotation { Image = image, Tag = tag, Registry = "docker.io" }, ResourceAnnotationMutationBehavior.Replace);

    internal static IResourceBuilder<T> WithVolume<T>(
        this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false) where T : ContainerResource =>
        builder.WithAnnotation(new ContainerMountAnnotation(name, target, ContainerMountType.Volume, isReadOnly));

    internal static IResourceBuilder<T> WithEntrypoint<T>(this IResourceBuilder<T> builder, string entrypoint) where T : ContainerResource
    {
        builder.Resource.Entrypoint = entrypoint;
        return builder;
    }
}

/// <summary>Adds programs.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <summary>Adds a program that runs for as long as the application.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="command">The program: a path, or a name to be found.</param>
    /// <param name="workingDirectory">Where it runs, relative to the AppHost's project.</param>
    /// <param name="args">Its arguments.</param>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[] args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory))).WithArgs(args);
    }
}

/// <summary>Names of volumes.</summary>
internal static class VolumeNameGenerator
{
    /// <summary>A name that two copies of the application do not share: AppHost name, hash of its directory, resource, suffix.</summary>
    internal static string Generate<T>(IResourceBuilder<T> builder, string suffix) where T : IResource =>
        $"{Orchestration.AppHostIdentity.Of(builder.ApplicationBuilder)}-{builder.Resource.Name}-{suffix}";
}
