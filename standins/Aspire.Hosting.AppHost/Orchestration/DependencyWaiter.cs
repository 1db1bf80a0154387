using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Waits until everything that a resource waits for is as it should be.</summary>
internal sealed class DependencyWaiter(ResourceNotificationService notifications)
{
    /// <param name="resource">The resource that waits.</param>
    /// <param name="waitingFor">Called with the names that are still missing whenever they change; never when nothing is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DependencyException">A dependency ended or failed, so the wait cannot succeed.</exception>
    internal async Task WaitAsync(IResource resource, Action<IReadOnlyList<string>> waitingFor, CancellationToken cancellationToken)
    {
        var pending = resource.Annotations.OfType<WaitAnnotation>().ToList();
        var told = 0;
        if (Satisfied(pending)) return;
        await foreach (var _ in notifications.WatchAsync(cancellationToken))
        {
            if (Satisfied(pending)) return;
            if (pending.Count == told) continue;
            told = pending.Count;
            waitingFor([.. pending.Select(p => p.Resource.Name)]);
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private bool Satisfied(List<WaitAnnotation> pending)
    {
        pending.RemoveAll(IsSatisfied);
        return pending.Count == 0;
    }

    private bool IsSatisfied(WaitAnnotation wait)
    {
        var instances = notifications.InstancesOf(wait.Resource);
        if (instances.Count == 0) return false;
        if (wait.WaitType == WaitType.WaitForCompletion) return IsCompleted(wait, instances);
        // A database is there when its server is.
        if (wait.Resource is IResourceWithParent child && !IsUp(wait, notifications.InstancesOf(child.Parent))) return false;
        return IsUp(wait, instances);
    }

    private static bool IsUp(WaitAnnotation wait, IReadOnlyList<ResourceEvent> instances)
    {
        if (wait.WaitBehavior == WaitBehavior.StopOnResourceUnavailable && instances.FirstOrDefault(ResourceNotificationService.IsTerminal) is { } gone)
            throw new DependencyException($"'{gone.Resource.Name}', which it waits for, is {gone.Snapshot.State?.Text}.");
        return wait.WaitType == WaitType.WaitUntilStarted
            ? instances.All(i => i.Snapshot.State?.Text == KnownResourceStates.Running)
            : instances.All(ResourceNotificationService.IsHealthyAndReady);
    }

    private static bool IsCompleted(WaitAnnotation wait, IReadOnlyList<ResourceEvent> instances)
    {
        if (!instances.All(ResourceNotificationService.IsTerminal)) return false;
        var wrong = instances.FirstOrDefault(i => i.Snapshot.State?.Text == KnownResourceStates.FailedToStart || i.Snapshot.ExitCode != wait.ExitCode);
        return wrong is null ? true : throw new DependencyException(
            $"'{wrong.Resource.Name}', whose end it waits for, is {wrong.Snapshot.State?.Text} with exit code {wrong.Snapshot.ExitCode}.");
    }
}

/// <summary>A resource cannot be started because another one is not there, which has been told already.</summary>
internal sealed class DependencyException(string message) : DistributedApplicationException(message);
