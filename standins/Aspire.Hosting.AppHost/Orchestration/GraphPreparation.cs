using System.Collections.Immutable;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Orchestration;

/// <summary>Gives every resource its instances, ports and first snapshot before anything starts.</summary>
internal sealed class GraphPreparation(
    IDistributedApplicationBuilder builder, ResourceNotificationService notifications, PortClaims ports, IServiceProvider services, TimeProvider time)
{
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await builder.Eventing.PublishAsync(new BeforeStartEvent(services, [.. builder.Resources]), cancellationToken);
        foreach (var resource in builder.Resources.Where(IsProcess)) AssignInstances(resource);
        AssignPorts();
        foreach (var resource in builder.Resources) await PublishAsync(resource);
        foreach (var resource in builder.Resources.OfType<IResourceWithEndpoints>())
            await builder.Eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
    }

    /// <summary>Whether the resource is a process (or several) of its own.</summary>
    internal static bool IsProcess(IResource resource) => resource is ProjectResource or ExecutableResource or ContainerResource;

    private static void AssignInstances(IResource resource)
    {
        var replicas = resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
        var instances = Enumerable.Range(0, replicas).Select(index =>
        {
            var suffix = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8);
            return new ResourceInstance(resource, $"{resource.Name}-{suffix}", suffix, index);
        });
        resource.Annotations.Add(new ResourceInstancesAnnotation([.. instances]));
    }

    /// <summary>Fixed ports are checked, all others taken in one go.</summary>
    private void AssignPorts()
    {
        var random = builder.Options.Testing && builder.Configuration.GetValue("DcpPublisher:RandomizePorts", true);
        var open = new List<(EndpointAnnotation Endpoint, int Replicas)>();
        foreach (var resource in builder.Resources.Where(IsProcess))
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                var replicas = resource.Annotations.OfType<ResourceInstancesAnnotation>().Last().Instances.Count;
                if (endpoint.Port is { } port && replicas == 1 && !random) endpoint.AllocatedPorts = [Fixed(resource, port)];
                else open.Add((endpoint, replicas));
            }

        var claimed = ports.Claim(open.Sum(o => o.Replicas));
        var taken = 0;
        foreach (var (endpoint, replicas) in open)
        {
            endpoint.AllocatedPorts = [.. claimed.Skip(taken).Take(replicas)];
            taken += replicas;
        }
    }

    private int Fixed(IResource resource, int port)
    {
        if (PortClaims.IsFree(port)) return port;
        _ = notifications.PublishUpdateAsync(resource, s => s with { State = new(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error) });
        throw new DistributedApplicationException(
            $"Port {port} of '{resource.Name}' is in use: stop the program that listens there, or choose another port.");
    }

    private Task PublishAsync(IResource resource) => notifications.PublishUpdateAsync(resource, snapshot => snapshot with
    {
        ResourceType = TypeOf(resource),
        CreationTimeStamp = time.GetUtcNow().UtcDateTime,
        State = resource.Annotations.OfType<ExplicitStartupAnnotation>().Any() ? ResourceStateSnapshot.Plain(KnownResourceStates.NotStarted) : null,
        Properties = [.. PropertiesOf(resource)],
        Relationships = [.. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type))],
        Volumes = [.. resource.Annotations.OfType<ContainerMountAnnotation>().Select(
            m => new VolumeSnapshot(m.Source, m.Target, m.Type == ContainerMountType.Volume ? "volume" : "bind", m.IsReadOnly))],
        HealthReports = [.. HealthMonitor.KeysOf(resource).Select(k => new HealthReportSnapshot(k, null, null, null))],
    });

    private static string TypeOf(IResource resource) => resource switch
    {
        ProjectResource => KnownResourceTypes.Project,
        ContainerResource => KnownResourceTypes.Container,
        ExecutableResource => KnownResourceTypes.Executable,
        ParameterResource => KnownResourceTypes.Parameter,
        _ => resource.GetType().Name,
    };

    private static IEnumerable<ResourcePropertySnapshot> PropertiesOf(IResource resource)
    {
        if (resource is IResourceWithParent child) yield return new(KnownProperties.ParentName, IdOf(child.Parent));
        if (resource.Annotations.OfType<IProjectMetadata>().LastOrDefault() is { } project) yield return new(KnownProperties.ProjectPath, project.ProjectPath);
        if (resource.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault() is { } image) yield return new(KnownProperties.ContainerImage, image.Reference);
        if (resource is ExecutableResource executable)
        {
            yield return new(KnownProperties.ExecutablePath, executable.Command);
            yield return new(KnownProperties.ExecutableWorkDir, executable.WorkingDirectory);
        }
    }

    private static string IdOf(IResource resource) =>
        resource.Annotations.OfType<ResourceInstancesAnnotation>().LastOrDefault()?.Instances[0].Id ?? resource.Name;
}
