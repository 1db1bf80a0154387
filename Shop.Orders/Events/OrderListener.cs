using Npgsql;
using Shop.Orders.Orders;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Events;

/// <summary>
/// One connection per shard that listens for changed orders, whichever replica changed them. What a lost connection may
/// have missed is read again: the states of watched orders every two seconds, and at once after a reconnect.
/// </summary>
internal sealed partial class OrderListener(ServiceDatabases databases, OrderEventHub hub, TimeProvider time, ILogger<OrderListener> logger)
    : BackgroundService
{
    public static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);

    private const string Poll = "SELECT id, version, status FROM orders WHERE id = ANY($1)";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        await Task.WhenAll(Enumerable.Range(0, databases.Count).Select(shard => KeepListeningAsync(shard, stoppingToken)));
    }

    private async Task KeepListeningAsync(int shard, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(shard, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogLost(e, shard);
                await Task.Delay(Reconnect, time, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(int shard, CancellationToken stoppingToken)
    {
        await using var connection = await databases.Sessions(shard).OpenConnectionAsync(stoppingToken);
        connection.Notification += OnNotification;
        try
        {
            await using (var listen = new NpgsqlCommand($"LISTEN {OrderChanges.Channel}", connection))
            {
                await listen.ExecuteNonQueryAsync(stoppingToken);
            }

            var polled = 0L;
            while (true)
            {
                if (polled == 0 || time.GetElapsedTime(polled) >= PollPeriod)
                {
                    await PollAsync(connection, shard, stoppingToken);
                    polled = time.GetTimestamp();
                }

                await connection.WaitAsync(PollPeriod, stoppingToken);
            }
        }
        finally
        {
            connection.Notification -= OnNotification;
        }
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs e)
    {
        if (OrderSignal.TryParse(e.Payload, out var signal))
        {
            hub.Publish(signal);
        }
    }

    // Runs even when nobody watches: it is also what notices that the connection is dead.
    private async Task PollAsync(NpgsqlConnection connection, int shard, CancellationToken stoppingToken)
    {
        var watched = hub.WatchedOrders().Where(id => Shards.IndexOf(id, databases.Count) == shard).ToArray();
        await using var command = new NpgsqlCommand(Poll, connection) { Parameters = { new() { Value = watched } } };
        await using var reader = await command.ExecuteReaderAsync(stoppingToken);
        while (await reader.ReadAsync(stoppingToken))
        {
            hub.Publish(new(reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2)));
        }
    }

    [LoggerMessage(20, LogLevel.Warning, "Listening for changed orders was interrupted on shard {Shard}")]
    private partial void LogLost(Exception exception, int shard);
}
