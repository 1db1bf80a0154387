using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults.Data;

/// <summary>Prepares every database while the service already listens, and tries again for as long as one is away.</summary>
internal sealed partial class DatabasePreparation(
    ServiceDatabases databases, MigrationRunner runner, TimeProvider time, ILogger<DatabasePreparation> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    // What has failed after long work is left alone for as long as that took: it may have kept others waiting all the time.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(databases.All.Select(database => PrepareAsync(database, stoppingToken)));
        databases.MarkReady();
    }

    private async Task PrepareAsync(ServiceDatabase database, CancellationToken stoppingToken)
    {
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            var (started, rest) = (time.GetTimestamp(), TimeSpan.Zero);
            try
            {
                await runner.RunAsync(database, stoppingToken);
                database.NotReadyBecause = null;
                LogReady(database.Name);
                return;
            }
            catch (Exception away) when (DatabaseErrors.IsAway(away))
            {
                database.NotReadyBecause = "the database is away";
                LogAway(database.Name, away.Message);
            }
            catch (Exception wrong) when (wrong is MigrationException or NpgsqlException)
            {
                // Still tried again: an operator may mend the database without touching the service.
                database.NotReadyBecause = wrong.Message;
                LogFailed(wrong, database.Name);
                rest = TimeSpan.FromTicks(Math.Min(time.GetElapsedTime(started).Ticks, LongestRest.Ticks));
            }

            await Task.Delay(rest > pause ? rest : pause, time, stoppingToken);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Database {Database} is migrated")]
    private partial void LogReady(string database);

    [LoggerMessage(2, LogLevel.Warning, "Database {Database} is away: {Reason}")]
    private partial void LogAway(string database, string reason);

    [LoggerMessage(3, LogLevel.Critical, "Database {Database} cannot be migrated")]
    private partial void LogFailed(Exception exception, string database);
}
