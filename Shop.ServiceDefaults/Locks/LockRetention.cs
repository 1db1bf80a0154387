using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Locks;

/// <summary>Drops what is left of locks and waiters that nobody has asked for in a long time.</summary>
internal sealed class LockRetention(LockStore store, Leadership leadership) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        leadership.RunAsync("lock-retention", Interval, (_, token) => store.DropDeadAsync(token), stoppingToken);
}
