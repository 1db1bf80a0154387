using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Shop.Catalog.Replication;

/// <summary>Compares standby and primary four times a second, over connections of its own: a busy pool does not mean "away".</summary>
public sealed partial class StandbyMonitor(
    Standby standby, StandbyProbes probes, ReplicationMetrics metrics, IOptions<StandbyOptions> options, TimeProvider time,
    ILogger<StandbyMonitor> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(200);

    // What is flushed: only that is acknowledged to clients, and only that is sent to standbys.
    private const string AskPrimary = "SELECT pg_current_wal_flush_lsn(), system_identifier FROM pg_control_system()";

    private const string AskStandby =
        """
        SELECT coalesce(pg_last_wal_replay_lsn(), '0/0'), system_identifier, pg_is_in_recovery(),
               coalesce(pg_last_wal_receive_lsn(), '0/0')
        FROM pg_control_system()
        """;

    private bool _wasUsable;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Measure(standby);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            // The primary first: what it has by now is compared with what the standby shows after that.
            var asked = time.GetTimestamp();
            var primary = await AskAsync(
                probes.Primary, AskPrimary, row => new PrimaryAnswer(Position(row, 0), row.GetInt64(1)), stoppingToken);
            var answer = await AskAsync(
                probes.Standby, AskStandby,
                row => new StandbyAnswer(row.GetBoolean(2), Position(row, 0), Position(row, 3), row.GetInt64(1)), stoppingToken);
            standby.Observe(asked, time.GetTimestamp(), primary, answer);
            Tell();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<T?> AskAsync<T>(
        NpgsqlDataSource server, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await TimeLimit.RunAsync(AnswerLimit, time, AnswerAsync, cancellationToken);
        }
        catch (Exception away) when (away is NpgsqlException or SocketException or TimeoutException)
        {
            return null;
        }

        async Task<T?> AnswerAsync(CancellationToken token)
        {
            await using var command = server.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token) ? read(reader) : null;
        }
    }

    private void Tell()
    {
        if (standby.IsUsable == _wasUsable) return;
        _wasUsable = !_wasUsable;
        if (_wasUsable) LogUsable();
        else LogUnusable(standby.State, standby.Lag?.TotalSeconds ?? 0, standby.MissingBytes, options.Value.MaxLag.TotalSeconds);
    }

    private static ulong Position(NpgsqlDataReader row, int column) => (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(column);

    [LoggerMessage(140, LogLevel.Information, "Lists are read from the standby")]
    private partial void LogUsable();

    [LoggerMessage(141, LogLevel.Warning, "Lists are read from the primary: the standby is {State}, {Lag:0.0} s and {Bytes} bytes late (bound {Bound:0.0} s)")]
    private partial void LogUnusable(StandbyState state, double lag, long bytes, double bound);
}
