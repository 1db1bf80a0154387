using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;

namespace Aspire.Hosting.Orchestration;

/// <summary>What DCP shall run for an instance: exactly one of the two.</summary>
internal sealed record InstancePlan(DcpExecutableSpec? Executable, DcpContainerSpec? Container);

/// <summary>Decides what process an instance is.</summary>
internal sealed class InstancePlanner(
    IDistributedApplicationBuilder builder, ProcessConfiguration configuration, ServerMode mode, DataDirectories data,
    PortClaims ports, SessionFolder session, ResourceLoggerService loggers)
{
    internal async Task<InstancePlan> PlanAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var environment = await configuration.EnvironmentAsync(instance, cancellationToken);
        if (instance.Resource is ContainerResource container) return await PlanAsync(instance, container, environment, cancellationToken);

        var arguments = await configuration.ArgumentsAsync(instance, cancellationToken);
        if (instance.Resource is ExecutableResource executable)
            return Executable(executable.Command, arguments, environment, executable.WorkingDirectory);

        var project = instance.Resource.Annotations.OfType<IProjectMetadata>().Last().ProjectPath;
        var dll = ProjectOutput.Dll(project, builder.Options.AppHostAssembly ?? System.Reflection.Assembly.GetEntryAssembly());
        // Not "dotnet run": that is a second process per service and a second slower (facts 7.3).
        return Executable(DotNet(), [dll, .. arguments], environment, Path.GetDirectoryName(project)!);
    }

    /// <summary>The one that runs this process, which need not be on the path.</summary>
    private static string DotNet() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private async Task<InstancePlan> PlanAsync(
        ResourceInstance instance, ContainerResource container, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var local = container.Annotations.OfType<LocalServerAnnotation>().LastOrDefault();
        if (local is null || await mode.UseContainersAsync(cancellationToken))
            return new(null, await ContainerAsync(instance, container, environment, cancellationToken));

        if (local.Find() is { } missing) throw new DistributedApplicationException(missing);
        var process = await local.PrepareAsync(new()
        {
            Resource = container,
            Ports = container.Annotations.OfType<EndpointAnnotation>().ToDictionary(e => e.Name, e => e.PortOf(instance.Index)),
            DataDirectory = await data.ForAsync(container, cancellationToken),
            Environment = environment,
            Logger = loggers.GetLogger(instance.Id),
            ClaimPorts = ports.Claim,
            InstanceName = $"{container.Name}-{session.Name}",
        }, cancellationToken);
        return Executable(process.ExecutablePath, process.Arguments, process.Environment, process.WorkingDirectory);
    }

    private async Task<DcpContainerSpec> ContainerAsync(
        ResourceInstance instance, ContainerResource container, Dictionary<string, string> environment, CancellationToken cancellationToken) => new()
        {
            Image = container.Annotations.OfType<ContainerImageAnnotation>().Last().Reference,
            Command = container.Entrypoint,
            Args = [.. (await configuration.ArgumentsAsync(instance, cancellationToken)).Select(Literal)],
            Env = Variables(environment),
            Ports = [.. container.Annotations.OfType<EndpointAnnotation>().Select(
                e => new DcpContainerPort(e.TargetPort ?? e.PortOf(instance.Index), e.PortOf(instance.Index), "127.0.0.1"))],
            // A test's volumes would outlive it; without them its data goes with the container.
            VolumeMounts = [.. container.Annotations.OfType<ContainerMountAnnotation>()
                .Where(m => m.Type == ContainerMountType.BindMount || !builder.Options.Testing)
                .Select(m => new DcpVolumeMount(m.Type == ContainerMountType.Volume ? "volume" : "bind", m.Source, m.Target, m.IsReadOnly))],
            PullPolicy = "missing",
        };

    private static InstancePlan Executable(
        string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string workingDirectory) => new(
        new()
        {
            ExecutablePath = path,
            Args = [.. arguments.Select(Literal)],
            Env = Variables(environment),
            WorkingDirectory = workingDirectory,
        }, null);

    private static IReadOnlyList<DcpVariable> Variables(IReadOnlyDictionary<string, string> environment) =>
        [.. environment.Select(v => new DcpVariable(v.Key, Literal(v.Value)))];

    /// <summary>DCP takes values as templates; two opening braces of a password must stay what they are.</summary>
    private static string Literal(string value) => value.Replace("{{", "{{\"{{\"}}", StringComparison.Ordinal);
}
