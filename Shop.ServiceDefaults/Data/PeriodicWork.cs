using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>
/// Something that is done again and again on each database of the service, for the first time when they are ready. Whatever fails
/// is logged and tried again at the next turn: an exception that left the loop would end the service, and with it every replica.
/// </summary>
public abstract partial class PeriodicWork(ServiceDatabases databases, TimeProvider time, TimeSpan period, ILogger logger) : BackgroundService
{
    /// <summary>One turn on one database.</summary>
    protected abstract Task RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        await Task.WhenAll(databases.Select((database, index) => LoopAsync(database, index, stoppingToken)));
    }

    private async Task LoopAsync(NpgsqlDataSource database, int index, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        do
        {
            try
            {
                await RunAsync(database, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e, GetType().Name, index);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(10, LogLevel.Warning, "{Work} failed on database {Database}; next try follows")]
    private partial void LogFailed(Exception exception, string work, int database);
}
