using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Start, stop and restart as commands of every process.</summary>
internal static class LifecycleCommands
{
    internal static void AddTo(IResource resource, IReadOnlyDictionary<string, InstanceRunner> runners)
    {
        void Add(
            string name, string displayName, string icon, bool highlighted, Func<string?, ResourceCommandState> state,
            Func<InstanceRunner, CancellationToken, Task> execute) => resource.Annotations.Add(new ResourceCommandAnnotation(
                name, displayName, c => state(c.ResourceSnapshot.State?.Text),
                async c =>
                {
                    await execute(runners[c.ResourceName], c.CancellationToken);
                    return CommandResults.Success();
                },
                null, null, icon, IconVariant.Filled, highlighted));

        Add(KnownResourceCommands.StartCommand, "Start", "Play", true, Start, (r, ct) => r.StartAgainAsync(ct));
        Add(KnownResourceCommands.StopCommand, "Stop", "Stop", true, Stop, (r, ct) => r.StopAsync(ct));
        Add(KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", false, Restart, (r, ct) => r.RestartAsync(ct));
    }

    private static bool HasEnded(string? state) => state is not null
        && (KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted || state == "Unknown");

    private static bool IsComing(string? state) => state is null or "Starting" or "Building" or "RuntimeUnhealthy";

    private static ResourceCommandState Start(string? state) => HasEnded(state) || state == KnownResourceStates.Waiting
        ? ResourceCommandState.Enabled : IsComing(state) ? ResourceCommandState.Disabled : ResourceCommandState.Hidden;

    private static ResourceCommandState Stop(string? state) => state == KnownResourceStates.Stopping ? ResourceCommandState.Disabled
        : HasEnded(state) || IsComing(state) || state == KnownResourceStates.Waiting ? ResourceCommandState.Hidden : ResourceCommandState.Enabled;

    private static ResourceCommandState Restart(string? state) =>
        state == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
}
