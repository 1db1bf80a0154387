using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>Shows how to connect to a resource. Only here, because the text holds a password.</summary>
internal sealed class ConnectionStrings
{
    // The dashboard finds the other end of a call by this property. Databases of one server have the same address, so for them the
    // text is shown under a name of our own; otherwise every query of every service would be drawn as one to the last database.
    internal const string OfChild = "connectionString";

    private readonly ConcurrentDictionary<IResource, string> _known = [];

    /// <summary>The same event with the connection string as a masked property, if the resource has one by now.</summary>
    public async ValueTask<ResourceEvent> AddToAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        if (change.Resource is not IResourceWithConnectionString resource || change.Snapshot.State is null)
            return change;
        if (!_known.TryGetValue(resource, out var text))
        {
            try
            {
                text = await resource.GetConnectionStringAsync(cancellationToken);
            }
            catch (DistributedApplicationException)
            {
                // A parameter has no value; its own row says so.
            }
            if (text is null)
                return change;
            _known[resource] = text;
        }
        var name = change.Resource is IResourceWithParent ? OfChild : KnownProperties.ConnectionString;
        return new ResourceEvent(change.Resource, change.ResourceId, change.Snapshot.WithProperty(name, text, isSensitive: true));
    }
}
