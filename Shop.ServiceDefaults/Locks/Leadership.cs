using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Locks;

/// <summary>Work that is done again and again by one replica, the leader; another one takes over when it is gone.</summary>
public sealed partial class Leadership
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    // Others ask now and then instead of waiting: that takes no listening connection per replica.
    private static readonly TimeSpan Ask = TimeSpan.FromSeconds(20);
    private readonly ServiceDatabases _databases;
    private readonly ExclusiveLock _locks;
    private readonly TimeProvider _time;
    private readonly ILogger<Leadership> _logger;

    internal Leadership(ServiceDatabases databases, ExclusiveLock locks, TimeProvider time, ILogger<Leadership> logger) =>
        (_databases, _locks, _time, _logger) = (databases, locks, time, logger);

    /// <summary>
    /// Runs <paramref name="work"/> at once and then every <paramref name="period"/>, while this replica leads; until
    /// <paramref name="stoppingToken"/>. What the work throws is logged and tried again at the next turn.
    /// </summary>
    /// <param name="name">Of the work; the lock is named after it.</param>
    /// <param name="period">From the end of one turn to the next.</param>
    /// <param name="work">
    /// Its token is cancelled when the leadership is lost. A leader that stands still may go on beside the next one for a
    /// moment: work that must not do that writes with <see cref="Fence"/>.
    /// </param>
    /// <param name="stoppingToken">Of the service.</param>
    public async Task RunAsync(
        string name, TimeSpan period, Func<LockHandle, CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        await _databases.WhenReadyAsync(stoppingToken);
        while (true)
        {
            try
            {
                await using var leads = await _locks.TryAcquireAsync("leader:" + name, Lease, stoppingToken);
                if (leads is not null)
                    await LeadAsync(name, period, leads, work, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotElected(exception, name);
            }

            await Task.Delay(Ask, _time, stoppingToken);
        }
    }

    /// <summary>Returns when the leadership is lost.</summary>
    private async Task LeadAsync(
        string name, TimeSpan period, LockHandle leads, Func<LockHandle, CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        LogLeads(name);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(leads.Lost, stoppingToken);
        while (!leads.Lost.IsCancellationRequested)
        {
            try
            {
                await work(leads, over.Token);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception, name);
            }

            await Task.Delay(period, _time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(20, LogLevel.Information, "This replica leads {Work}")]
    private partial void LogLeads(string work);

    [LoggerMessage(21, LogLevel.Warning, "{Work} failed; the next turn tries again")]
    private partial void LogFailed(Exception exception, string work);

    [LoggerMessage(22, LogLevel.Warning, "Whether to lead {Work} could not be asked")]
    private partial void LogNotElected(Exception exception, string work);
}
