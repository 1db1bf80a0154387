using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Moves committed messages from the outbox to the broker. One replica per database at a time, by a session advisory lock
/// on a connection of its own; the next one takes over within a second when that session ends.
/// </summary>
internal sealed partial class OutboxRelay(
    ServiceDatabases databases, [FromKeyedServices(Broker.Publishing)] Broker broker, MessagingSettings settings, RelayPublisher publisher, Failpoints failpoints,
    TimeProvider time, ILogger<OutboxRelay> logger) : BackgroundService
{
    // A notification wakes the relay at once. The poll finds what did not notify: soon after the last find, later less often.
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        await Task.WhenAll(databases.All.Select(database => RunAsync(database, stoppingToken)));
    }

    private async Task RunAsync(ServiceDatabase database, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(database, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(exception, database.Name);
            }

            await Task.Delay(Poll, time, stoppingToken);
        }
    }

    /// <summary>Waits to lead, then leads until the database or the broker is lost, which it throws.</summary>
    private async Task LeadAsync(ServiceDatabase database, CancellationToken stoppingToken)
    {
        // Before it leads: who cannot reach the broker would keep those from relaying who can.
        await using var channel = await broker.OpenChannelAsync(handlers: 1, stoppingToken);
        await Topology.DeclareExchangeAsync(channel, settings, stoppingToken);
        await using var connection = await database.Dedicated.OpenConnectionAsync(stoppingToken);
        // On one connection: opening one per try would cost the server a process each second and replica.
        while (!await OutboxTable.TryLeadAsync(connection, stoppingToken))
        {
            await Task.Delay(Poll, time, stoppingToken);
            ThrowIfClosed(channel);
        }

        // A notification may arrive with the answer to a query; waiting afterwards would not see it.
        var woken = false;
        connection.Notification += (_, _) => woken = true;
        await OutboxTable.ListenAsync(connection, stoppingToken);
        var held = new HeldTypes(time);
        for (var pause = FirstPoll; ; pause = pause * 2 < Poll ? pause * 2 : Poll)
        {
            ThrowIfClosed(channel);
            woken = false;
            if (await MoveAsync(connection, channel, held, stoppingToken) > 0)
                pause = FirstPoll / 2;
            else if (!woken)
                await connection.WaitAsync(pause, stoppingToken);
        }
    }

    private static void ThrowIfClosed(IChannel channel)
    {
        if (!channel.IsOpen)
            throw new InvalidOperationException($"The channel to RabbitMQ was closed: {channel.CloseReason}.");
    }

    private async Task<int> MoveAsync(NpgsqlConnection connection, IChannel channel, HeldTypes held, CancellationToken stoppingToken)
    {
        var rows = await OutboxTable.NextAsync(connection, held.Current, Broker.Window, stoppingToken);
        if (rows.Count == 0)
            return 0;
        var result = await publisher.PublishAsync(channel, rows, held, stoppingToken);
        await failpoints.HitAsync("messaging.relay.before-mark", stoppingToken);
        // Not cancelled by a shutdown, only by its time-out: what is confirmed and not marked is published twice.
        if (result.Confirmed.Length > 0)
            await OutboxTable.DeleteAsync(connection, result.Confirmed, CancellationToken.None);
        if (result.Broken is { } broken)
            throw new InvalidOperationException("The channel to RabbitMQ broke.", broken);
        return result.Confirmed.Length;
    }

    [LoggerMessage(1, LogLevel.Warning, "The relay of {Database} was interrupted and begins anew")]
    private partial void LogInterrupted(Exception exception, string database);
}
