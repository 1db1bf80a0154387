using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;

namespace Aspire.Hosting.Orchestration;

/// <summary>Copies what a process writes to its resource's console, from the moment that somebody looks at it.</summary>
internal sealed class LogFollower(
    DcpClient dcp, IReadOnlyDictionary<string, InstanceRunner> runners, ResourceLoggerService loggers, ResourceNotificationService notifications)
{
    private readonly ConcurrentDictionary<string, bool> _watched = [];
    private readonly ConcurrentDictionary<(string Id, string Generation), bool> _followed = [];

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        void Watched(string id)
        {
            if (_watched.TryAdd(id, true)) Follow(id, cancellationToken);
        }

        loggers.AnySubscribers += Watched;
        try
        {
            // A restart makes a new object, which is followed anew.
            await foreach (var e in notifications.WatchAsync(cancellationToken))
                if (e.Snapshot.StartTimeStamp is not null && _watched.ContainsKey(e.ResourceId)) Follow(e.ResourceId, cancellationToken);
        }
        finally
        {
            loggers.AnySubscribers -= Watched;
        }
    }

    private void Follow(string id, CancellationToken cancellationToken)
    {
        if (!runners.TryGetValue(id, out var runner) || runner.Kind is not { } kind || !_followed.TryAdd((id, runner.Generation), true)) return;
        foreach (var source in (string[])["stdout", "stderr"]) _ = CopyAsync(kind, id, source, cancellationToken);
    }

    private async Task CopyAsync(string kind, string id, string source, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in dcp.LogAsync(kind, id, source, tail: null, cancellationToken))
                loggers.Append(id, line, source == "stderr");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or DistributedApplicationException)
        {
            // The process, or DCP, has gone; so has what it would have written.
        }
    }
}
