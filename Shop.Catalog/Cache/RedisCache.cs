using StackExchange.Redis;

namespace Shop.Catalog.Cache;

/// <summary>
/// Redis with a bound on how long it may take. Without Redis every answer is "not known": it is connected to beside the
/// requests, and after a failure left alone for a second.
/// </summary>
public sealed partial class RedisCache(IServiceProvider services, CacheOptions options, TimeProvider time, ILogger<RedisCache> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Creating the multiplexer waits for the first connection.
    private readonly Lazy<Task<IConnectionMultiplexer>> _connection =
        new(() => Task.Run(services.GetRequiredService<IConnectionMultiplexer>));

    private long _pausedUntil = long.MinValue;

    /// <summary>The command's answer; the default value when Redis is away or late.</summary>
    public Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken) =>
        IsPaused ? Task.FromResult<T?>(default) : TryWithinAsync(options.RedisLimit, command, cancellationToken);

    /// <summary>As <see cref="TryAsync"/>, with more patience and also while Redis is left alone: for what others wait for.</summary>
    public Task<T?> InsistAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken) =>
        TryWithinAsync(options.RedisLongLimit, command, cancellationToken);

    private async Task<T?> TryWithinAsync<T>(TimeSpan limit, Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.Value.WaitAsync(limit, time, cancellationToken);
            return Database() is { } database ? await command(database).WaitAsync(limit, time, cancellationToken) : default;
        }
        catch (Exception away) when (IsAway(away))
        {
            Leave(away);
            return default;
        }
    }

    /// <summary>Sends without waiting for the answer.</summary>
    public void Send(Action<IDatabase> command)
    {
        if (IsPaused || Database() is not { } database) return;
        try
        {
            command(database);
        }
        catch (Exception away) when (IsAway(away))
        {
            Leave(away);
        }
    }

    private bool IsPaused => time.GetTimestamp() < Volatile.Read(ref _pausedUntil);

    private IDatabase? Database()
    {
        var connection = _connection.Value;
        return connection.IsCompletedSuccessfully && connection.Result.IsConnected ? connection.Result.GetDatabase() : null;
    }

    private void Leave(Exception away)
    {
        Volatile.Write(ref _pausedUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
        LogAway(away.Message);
    }

    private static bool IsAway(Exception exception) =>
        exception is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException;

    [LoggerMessage(120, LogLevel.Warning, "Redis is left alone for a second: {Reason}")]
    private partial void LogAway(string reason);
}
