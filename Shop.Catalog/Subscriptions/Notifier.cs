using Microsoft.Extensions.Options;
using Shop.Catalog.StockEvents;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Subscriptions;

/// <summary>
/// Looks for variants that customers wait for and that are back, and has them told, a portion at a time. It goes by what is in
/// stock, not by an event: none can be missed, and who subscribes while goods are coming in is told as well. Any number of
/// replicas may run it.
/// </summary>
public sealed partial class Notifier(
    ServiceDatabases databases, NoticeStore store, IOptions<StockEventOptions> options, StockEventMetrics metrics, TimeProvider time,
    ILogger<Notifier> logger) : BackgroundService
{
    private const int VariantsPerTurn = 1_000;
    private const int CountEvery = 60;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly int _portion = options.Value.NoticesPerTransaction;
    private long _last;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        for (var turn = 0; await timer.WaitForNextTickAsync(stoppingToken); turn++)
        {
            try
            {
                await TurnAsync(stoppingToken);
                if (turn % CountEvery == 0) await CountAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
            }
        }
    }

    /// <summary>Has everybody told who waits for one of the next variants that are back.</summary>
    internal async Task TurnAsync(CancellationToken cancellationToken)
    {
        var waiting = await store.FindWaitingAsync(_last, VariantsPerTurn, cancellationToken);
        _last = waiting.Count < VariantsPerTurn ? 0 : waiting[^1].VariantId;
        var back = waiting.Where(variant => variant.IsBack).Select(variant => variant.VariantId).ToList();
        // A portion each, so that the many of one variant do not hold up the few of another.
        while (back.Count > 0)
        {
            var unfinished = new List<long>();
            foreach (var variantId in back)
                if (await EnqueueAsync(variantId, cancellationToken) == _portion) unfinished.Add(variantId);
            back = unfinished;
        }
    }

    internal async Task CountAsync(CancellationToken cancellationToken)
    {
        var (low, waiting) = await store.CountAsync(cancellationToken);
        metrics.Levels(low, waiting);
    }

    private async Task<int> EnqueueAsync(long variantId, CancellationToken cancellationToken)
    {
        var (high, low) = await store.EnqueueAsync(variantId, _portion, cancellationToken);
        metrics.Enqueued(high, low);
        return high + low;
    }

    [LoggerMessage(141, LogLevel.Warning, "Customers who wait for goods were not told; next try follows")]
    private partial void LogFailed(Exception exception);
}
