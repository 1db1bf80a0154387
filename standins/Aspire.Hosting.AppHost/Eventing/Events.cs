using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

internal interface IDistributedApplicationEvent;

internal interface IDistributedApplicationResourceEvent : IDistributedApplicationEvent
{
    IResource Resource { get; }
}

/// <summary>Before anything starts; the graph can still be changed.</summary>
internal sealed record BeforeStartEvent(IServiceProvider Services, IReadOnlyList<IResource> Resources) : IDistributedApplicationEvent;

/// <summary>All ports of all resources are known.</summary>
internal sealed record ResourceEndpointsAllocatedEvent(IResource Resource, IServiceProvider Services) : IDistributedApplicationResourceEvent;

/// <summary>What it waits for is there; its process starts when the handlers have run.</summary>
internal sealed record BeforeResourceStartedEvent(IResource Resource, IServiceProvider Services) : IDistributedApplicationResourceEvent;

/// <summary>Healthy for the first time since its start. Those who wait for the resource wait for the handlers too.</summary>
internal sealed record ResourceReadyEvent(IResource Resource, IServiceProvider Services) : IDistributedApplicationResourceEvent;

/// <summary>Its process has ended.</summary>
internal sealed record ResourceStoppedEvent(IResource Resource, IServiceProvider Services, ResourceEvent ResourceEvent)
    : IDistributedApplicationResourceEvent;
