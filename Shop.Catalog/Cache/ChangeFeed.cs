using System.Collections.Concurrent;
using System.Globalization;
using Shop.ServiceDefaults.Data;
using StackExchange.Redis;

namespace Shop.Catalog.Cache;

/// <summary>
/// Tells other replicas of changed products, and hears of theirs, over Redis pub/sub, which promises nothing. So each replica
/// publishes a sign of life and listens for its own: what was published before it has arrived by then, and as long as it is
/// young no change can have been missed for longer. When it comes again after a silence, changes may have been missed, and
/// everything is forgotten. Changes that could not be told, because Redis was away, are told again until they are.
/// </summary>
public sealed partial class ChangeFeed(
    RedisPages pages, IServiceProvider services, ServiceDatabases databases, CacheOptions options, CacheMetrics metrics,
    TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    // Stock of one product may change a thousand times a second; its page follows this often.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SignEvery = TimeSpan.FromMilliseconds(300);

    // How long a process that stops goes on telling.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    // Told at once; between two such lots there is time for a sign of life.
    private const int Lot = 200;

    // Products with their latest change.
    private readonly ConcurrentDictionary<long, Change> _untold = new();
    private readonly string _name = Guid.CreateVersion7().ToString("N");
    private long _changes;
    private long _signed;
    private long _heard = long.MinValue;
    private volatile bool _isSilent = true;

    /// <summary>A product changed, here or elsewhere.</summary>
    public event Action<long>? Changed;

    /// <summary>A product changed through this replica, just now.</summary>
    public event Action<long>? ChangedHere;

    /// <summary>Changes may have been missed.</summary>
    public event Action? Missed;

    /// <summary>For at least this long every change was heard; false when the feed is silent.</summary>
    public bool IsHeard => !_isSilent && time.GetElapsedTime(Volatile.Read(ref _heard)) < options.Unheard;

    /// <summary>Tells of a change soon; changes of one product in between become one.</summary>
    public void TellSoon(long productId)
    {
        ChangedHere?.Invoke(productId);
        Keep(productId, isKnownHere: false);
    }

    /// <summary>Tells of a change now, so that whoever made it sees it at once; later again if Redis is away.</summary>
    public async Task TellAsync(long productId)
    {
        ChangedHere?.Invoke(productId);
        Changed?.Invoke(productId);
        if (!await pages.OutdateAsync(productId, CancellationToken.None)) Keep(productId, isKnownHere: true);
    }

    // Always under a new number: who is telling of an older change must not take this one for told. A change that came while
    // this one was told in vain is not known here yet.
    private void Keep(long productId, bool isKnownHere)
    {
        var number = Interlocked.Increment(ref _changes);
        _untold.AddOrUpdate(productId, _ => new Change(number, isKnownHere), (_, kept) => new Change(number, isKnownHere && kept.IsKnownHere));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        finally
        {
            using var deadline = new CancellationTokenSource(LastWords, time);
            await TellAllAsync(() => Task.CompletedTask, deadline.Token);
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        var connection = await Task.Run(services.GetRequiredService<IConnectionMultiplexer>, stoppingToken);
        var subscriber = connection.GetSubscriber();
        var channel = new RedisChannel(pages.Channel, RedisChannel.PatternMode.Literal);
        var subscribed = false;
        _signed = time.GetTimestamp() - TicksOf(SignEvery);
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            try
            {
                if (!subscribed)
                {
                    await subscriber.SubscribeAsync(channel, (_, message) => Hear(message)).WaitAsync(options.Unheard, time, stoppingToken);
                    subscribed = true;
                }
            }
            catch (Exception away) when (away is RedisException or TimeoutException)
            {
                LogAway(away.Message);
            }
            await SignAsync(subscriber, channel);
            NoticeSilence();
            await TellAllAsync(() => SignAsync(subscriber, channel), stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SignAsync(ISubscriber subscriber, RedisChannel channel)
    {
        if (time.GetElapsedTime(_signed) < SignEvery) return;
        _signed = time.GetTimestamp();
        try
        {
            await subscriber.PublishAsync(channel, Sign(_signed), CommandFlags.FireAndForget);
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            LogAway(away.Message);
        }
    }

    /// <param name="between">Done after each lot.</param>
    private async Task TellAllAsync(Func<Task> between, CancellationToken cancellationToken)
    {
        foreach (var lot in _untold.ToArray().Chunk(Lot))
        {
            var told = await Task.WhenAll(lot.Select(change => TellAsync(change, cancellationToken)));
            if (told.Contains(false)) return;
            await between();
        }
    }

    // In both cases it stays as it is when the product has changed again meanwhile.
    private async Task<bool> TellAsync(KeyValuePair<long, Change> untold, CancellationToken cancellationToken)
    {
        var (productId, change) = untold;
        // Once: each attempt would take the page away again, from a process that has no other cache at that time.
        if (!change.IsKnownHere) Changed?.Invoke(productId);
        var told = await pages.OutdateAsync(productId, cancellationToken);
        if (told) _untold.TryRemove(untold);
        else _untold.TryUpdate(productId, change with { IsKnownHere = true }, change);
        return told;
    }

    private void Hear(RedisValue message)
    {
        var text = (string?)message ?? "";
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var productId))
        {
            metrics.Invalidated();
            Changed?.Invoke(productId);
        }
        else if (text.StartsWith(_name, StringComparison.Ordinal) && long.TryParse(text.AsSpan(_name.Length + 1), out var signed))
        {
            HearSign(signed);
        }
    }

    private void HearSign(long signed)
    {
        if (time.GetElapsedTime(signed) >= options.Unheard) return;
        if (_isSilent || time.GetElapsedTime(Volatile.Read(ref _heard)) >= options.Unheard)
        {
            Missed?.Invoke();
            LogHeard();
        }
        Volatile.Write(ref _heard, signed);
        _isSilent = false;
    }

    private void NoticeSilence()
    {
        if (_isSilent || IsHeard) return;
        _isSilent = true;
        LogSilent();
    }

    private string Sign(long at) => FormattableString.Invariant($"{_name}:{at}");

    private long TicksOf(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    [LoggerMessage(121, LogLevel.Information, "Changes of products are heard again")]
    private partial void LogHeard();

    [LoggerMessage(122, LogLevel.Warning, "Changes of products are not heard; pages are kept for a second only")]
    private partial void LogSilent();

    [LoggerMessage(123, LogLevel.Debug, "Redis takes no sign of life: {Reason}")]
    private partial void LogAway(string reason);

    /// <param name="IsKnownHere">This process has forgotten the page; what is left is to tell the others.</param>
    private readonly record struct Change(long Number, bool IsKnownHere);
}
