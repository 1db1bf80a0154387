using Shop.ServiceDefaults.Locks;

namespace Shop.Catalog.Exchange;

/// <summary>Sees to it that no accepted import is forgotten, even if RabbitMQ loses all it has.</summary>
public sealed class ImportSweeper(ImportQueue imports, Leadership leadership) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        leadership.RunAsync("import-sweep", Interval, (_, token) => imports.EnqueueOverdueAsync(token), stoppingToken);
}
