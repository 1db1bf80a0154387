using Npgsql;
using Shop.ServiceDefaults.Locks;

namespace Shop.Catalog.Administration;

/// <summary>
/// Drops what has been kept long enough: audit and prices of two years ago, except the price that held then; pictures that no
/// product has shown for a day; imports of three months ago. In small portions, by the replica that leads; a second one would do
/// no harm.
/// </summary>
public sealed class HistoryRetention(NpgsqlDataSource database, Leadership leadership) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private const int Portion = 1000;

    private const string DropAudit =
        """
        DELETE FROM audit_trail WHERE id IN (
            SELECT id FROM audit_trail WHERE at < shop_now() - interval '2 years' ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED)
        """;

    // A price held until the next one of its variant began.
    private const string DropPrices =
        """
        DELETE FROM price_history WHERE id IN (
            SELECT h.id FROM price_history h
            WHERE h.since < shop_now() - interval '2 years' AND EXISTS (
                SELECT FROM price_history next
                WHERE next.variant_id = h.variant_id AND next.id > h.id AND next.since < shop_now() - interval '2 years')
            ORDER BY h.since LIMIT $1 FOR UPDATE OF h SKIP LOCKED)
        """;

    // Who uploads the same picture again meanwhile moves changed_at, and this row is left alone.
    private const string DropPictures =
        """
        DELETE FROM pictures p
        WHERE p.changed_at < shop_now() - interval '1 day' AND p.hash IN (
            SELECT hash FROM pictures o
            WHERE o.changed_at < shop_now() - interval '1 day'
              AND NOT EXISTS (SELECT FROM product_pictures WHERE hash = o.hash) LIMIT $1)
        """;

    private const string DropImports =
        """
        DELETE FROM imports WHERE id IN (
            SELECT id FROM imports WHERE created_at < shop_now() - interval '90 days' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
        """;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        leadership.RunAsync("history-retention", Interval, (_, token) => DropAsync(token), stoppingToken);

    /// <summary>Drops everything that is due.</summary>
    internal async Task DropAsync(CancellationToken cancellationToken)
    {
        foreach (var sql in (string[])[DropAudit, DropPrices, DropPictures, DropImports])
            while (await DropPortionAsync(sql, cancellationToken) == Portion)
                cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<int> DropPortionAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = Portion });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
