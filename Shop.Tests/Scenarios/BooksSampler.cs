using System.Collections.Concurrent;
using Npgsql;

namespace Shop.Tests.Scenarios;

/// <summary>Looks every 100 ms whether a variant's books agree, until it is disposed.</summary>
internal sealed class BooksSampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // One statement, so one moment of the database.
    private const string Equation =
        """
        SELECT s.on_hand, s.reserved,
               (SELECT coalesce(sum(quantity), 0) FROM stock_ledger WHERE variant_id = $1 AND kind NOT IN ('reserved', 'released')),
               (SELECT coalesce(sum(quantity), 0) FROM stock_ledger WHERE variant_id = $1 AND kind IN ('reserved', 'released', 'sold')),
               (SELECT coalesce(sum(quantity), 0) FROM reservations JOIN reservation_lines USING (order_id, revision)
                WHERE state = 'reserved' AND variant_id = $1)
        FROM stock s WHERE s.variant_id = $1
        """;

    private readonly ConcurrentQueue<string> _violations = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _samples;

    public BooksSampler(NpgsqlDataSource database, long variant) => _loop = RunAsync(database, variant);

    public int Samples => _samples;

    /// <summary>What did not agree.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync(NpgsqlDataSource database, long variant)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            await using var command = database.CreateCommand(Equation);
            command.Parameters.Add(new NpgsqlParameter { Value = variant });
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            var (onHand, reserved) = (row.GetInt32(0), row.GetInt32(1));
            var (entered, booked, held) = (row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
            if (onHand < reserved || reserved < 0 || onHand != entered || reserved != booked || reserved != held)
                _violations.Enqueue($"on hand {onHand} and {entered}, reserved {reserved}, {booked} and {held}");
            _samples++;
        }
        while (await NextAsync(timer));
    }

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
