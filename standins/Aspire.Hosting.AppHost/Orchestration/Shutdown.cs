using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Stops in the order in which nothing loses what it needs: first what faces the outside, then what nobody waits for, then what that
/// waited for; after the projects the programs beside them, servers last. A layer that takes long does not hold up the next: all that takes 10 s at most. DCP kills
/// what ignores SIGTERM after 6 s.
/// </summary>
internal sealed class Shutdown(IReadOnlyCollection<InstanceRunner> runners, TimeProvider time)
{
    private static readonly TimeSpan s_layer = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_services = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_servers = TimeSpan.FromSeconds(5);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var services = new CancellationTokenSource(s_services, time);
        foreach (var layer in Layers([.. runners.Select(r => r.Instance.Resource).Distinct()]))
        {
            var servers = layer.Any(r => r is ContainerResource);
            using var limit = new CancellationTokenSource(servers ? s_servers : s_layer, time);
            using var all = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, servers ? default : services.Token, cancellationToken);
            await StopAsync([.. runners.Where(r => layer.Contains(r.Instance.Resource))], all.Token);
        }
    }

    /// <summary>The resources of each layer are stopped at the same time. What waits in a circle is one layer.</summary>
    internal static IEnumerable<IReadOnlyList<IResource>> Layers(IReadOnlyCollection<IResource> resources)
    {
        var left = resources.ToHashSet();
        while (left.Count > 0)
        {
            var first = left.Min(Rank);
            var candidates = left.Where(r => Rank(r) == first).ToArray();
            var needed = candidates.SelectMany(Needs).ToHashSet();
            var layer = candidates.Where(r => !needed.Contains(r)).ToArray();
            if (layer.Any(IsFront)) layer = [.. layer.Where(IsFront)];
            if (layer.Length == 0) layer = candidates;
            left.ExceptWith(layer);
            yield return layer;
        }
    }

    private static int Rank(IResource resource) => resource switch { ContainerResource => 2, ExecutableResource => 1, _ => 0 };

    private static bool IsFront(IResource resource) => resource.Annotations.OfType<EndpointAnnotation>().Any(e => e.IsExternal);

    private static IEnumerable<IResource> Needs(IResource resource) => resource.Annotations.OfType<WaitAnnotation>()
        .Select(w => w.Resource is IResourceWithParent child ? child.Parent : w.Resource);

    private static async Task StopAsync(IReadOnlyList<InstanceRunner> layer, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(layer.Select(r => r.StopAsync(cancellationToken)));
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or DistributedApplicationException)
        {
            // Slow, or DCP has gone: the next layer, and DCP's own end, take care of the rest.
        }
    }
}
