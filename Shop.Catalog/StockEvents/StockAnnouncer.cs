using Microsoft.Extensions.Options;
using Shop.Catalog.Cache;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.StockEvents;

/// <summary>
/// Tells listeners what becomes of stock, beside the transactions that change it: those only note the product in memory. What
/// was noted by a process that has died is found by walking through all stock rows, a piece a second, for those whose version
/// is ahead of what was told. Any number of replicas may run it.
/// </summary>
public sealed partial class StockAnnouncer : BackgroundService
{
    private const int TurnsPerSecond = 4;
    private const int WalkedPerSecond = 5_000;

    private readonly ChangedProducts _changed = new();
    private readonly ServiceDatabases _databases;
    private readonly StockNewsStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<StockAnnouncer> _logger;
    private readonly int _perTurn;
    private long _walked;

    public StockAnnouncer(
        ChangeFeed feed, ServiceDatabases databases, StockNewsStore store, IOptions<StockEventOptions> options, TimeProvider time,
        ILogger<StockAnnouncer> logger)
    {
        (_databases, _store, _time, _logger) = (databases, store, time, logger);
        _perTurn = options.Value.PerSecond / TurnsPerSecond;
        feed.ChangedHere += _changed.Add;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _databases.WhenReadyAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / TurnsPerSecond, _time);
        for (var turn = 0; await timer.WaitForNextTickAsync(stoppingToken); turn++)
        {
            try
            {
                if (turn % TurnsPerSecond == 0) await WalkAsync(stoppingToken);
                await TurnAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
            }
        }
    }

    /// <summary>Tells of what changed here; of what it is too early to tell, later.</summary>
    internal async Task TurnAsync(CancellationToken cancellationToken)
    {
        var taken = _changed.Take(_perTurn);
        if (taken.Length == 0) return;
        IEnumerable<long> left = taken;
        try
        {
            left = await _store.TellAsync(taken, cancellationToken);
        }
        finally
        {
            foreach (var productId in left) _changed.Add(productId);
        }
    }

    /// <summary>Notes what was overlooked in the next piece of the stock.</summary>
    internal async Task WalkAsync(CancellationToken cancellationToken)
    {
        (var behind, _walked) = await _store.FindBehindAsync(_walked, WalkedPerSecond, cancellationToken);
        foreach (var productId in behind) _changed.Add(productId);
    }

    [LoggerMessage(140, LogLevel.Warning, "Changes of stock were not told; next try follows")]
    private partial void LogFailed(Exception exception);
}
