using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders;

/// <summary>Something that is done again and again on each shard; a failure is logged and tried again at the next turn.</summary>
internal abstract partial class PeriodicWork(ServiceDatabases databases, TimeProvider time, TimeSpan period, ILogger logger) : BackgroundService
{
    /// <summary>One turn on one shard.</summary>
    protected abstract Task RunAsync(NpgsqlDataSource shard, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        await Task.WhenAll(databases.Select((shard, index) => LoopAsync(shard, index, stoppingToken)));
    }

    private async Task LoopAsync(NpgsqlDataSource shard, int index, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        do
        {
            try
            {
                await RunAsync(shard, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e, GetType().Name, index);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(10, LogLevel.Warning, "{Work} failed on shard {Shard}")]
    private partial void LogFailed(Exception exception, string work, int shard);
}
