using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.StockEvents;

/// <summary>
/// Tells what is news about variants, in one transaction with the note of what was told: however many replicas are at it and
/// whichever of them dies, each state is told once, and none that is older than one told before. Stock rows are read, never locked.
/// </summary>
public sealed class StockNewsStore(
    NpgsqlDataSource database, Outbox outbox, IOptions<StockEventOptions> options, StockEventMetrics metrics, Failpoints failpoints)
{
    private const int TimeoutSeconds = 5;

    // Who waits here for another replica sees what that one told, and the row only if it is still behind.
    private const string Behind =
        """
        SELECT a.variant_id, v.product_id, v.sku, v.retired_at IS NULL, a.available, s.on_hand - s.reserved, s.version, a.low_at, a.low,
               a.at <= shop_now() - $2
        FROM variants v
        JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
        JOIN stock_announced a ON a.variant_id = v.id
        WHERE v.product_id = ANY ($1) AND a.version < s.version ORDER BY a.variant_id FOR NO KEY UPDATE OF a
        """;

    private const string LastTold =
        """
        SELECT a.variant_id, v.product_id, v.sku, v.retired_at IS NULL, a.available, a.available, a.version, a.low_at, a.low,
               a.at <= shop_now() - $2
        FROM variants v JOIN stock_announced a ON a.variant_id = v.id WHERE v.sku = $1 FOR NO KEY UPDATE OF a
        """;

    private const string Note =
        """
        UPDATE stock_announced a SET available = d.available, version = d.version, low = d.low, at = shop_now()
        FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::boolean[]) AS d (variant_id, available, version, low)
        WHERE a.variant_id = d.variant_id
        """;

    private const string NoteThreshold = "UPDATE stock_announced SET low_at = $2, low = $3 WHERE variant_id = $1";

    private const string FindBehind =
        """
        WITH range AS (
            SELECT max(variant_id) AS last
            FROM (SELECT variant_id FROM stock WHERE variant_id > $1 ORDER BY variant_id LIMIT $2) AS next)
        SELECT last, ARRAY(
            SELECT DISTINCT v.product_id
            FROM stock s JOIN stock_announced a ON a.variant_id = s.variant_id JOIN variants v ON v.id = s.variant_id
            WHERE s.variant_id > $1 AND s.variant_id <= last AND a.variant_id > $1 AND a.variant_id <= last
              AND s.warehouse = 1 AND a.version < s.version)
        FROM range
        """;

    /// <summary>Tells of the products' variants.</summary>
    /// <returns>The products of which there is news that it is too early to tell.</returns>
    public async Task<IReadOnlyCollection<long>> TellAsync(long[] productIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var behind = await ReadAsync(connection, transaction, Behind, productIds, cancellationToken);
        var due = behind.Where(news => news.Due).ToList();
        if (due.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
            AddNote(batch, due);
            Add(batch, due, news => news.ToChanged());
            Add(batch, due.FindAll(news => news.BecameLow), news => news.ToLow());
            Add(batch, due.FindAll(news => news.CameBack), news => news.ToBack());
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await failpoints.HitAsync("catalog.stock-events.before-commit", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            await failpoints.HitAsync("catalog.stock-events.after-commit", cancellationToken);
            metrics.Told(due.Count, due.Count(news => news.BecameLow), due.Count(news => news.CameBack));
        }
        return behind.Where(news => !news.Due).Select(news => news.ProductId).ToHashSet();
    }

    /// <summary>Judges a variant by another threshold, against what was told of it; adds what is to be written to the caller's batch.</summary>
    /// <returns>Null when there is no such variant.</returns>
    public async Task<StockNews?> RejudgeAsync(string sku, int? threshold, NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(batch.Connection!, batch.Transaction!, LastTold, sku, cancellationToken);
        if (found is not [var known]) return null;
        var news = known with { Threshold = threshold ?? options.Value.LowStock, WasLow = known.WasLow ?? known.IsLow };
        batch.Add(NoteThreshold, news.VariantId, SqlValue.Integer(threshold), news.IsLow);
        if (news.BecameLow) Add(batch, [news], low => low.ToLow());
        return news;
    }

    /// <summary>Products with news among the variants after this one, however they came to be overlooked.</summary>
    /// <returns>And where to go on; 0 at the end.</returns>
    public async Task<(long[] ProductIds, long Last)> FindBehindAsync(long after, int variants, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindBehind);
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = variants });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.IsDBNull(0) ? ([], 0) : (reader.GetFieldValue<long[]>(1), reader.GetInt64(0));
    }

    private static void AddNote(NpgsqlBatch batch, List<StockNews> news) => batch.Add(
        Note,
        news.Select(one => one.VariantId).ToArray(),
        news.Select(one => one.Available).ToArray(),
        news.Select(one => one.Version).ToArray(),
        news.Select(one => one.IsLow).ToArray());

    private void Add<T>(NpgsqlBatch batch, List<StockNews> news, Func<StockNews, T> message)
    {
        if (news.Count == 0) return;
        batch.BatchCommands.Add(outbox.Command(
            news.Select(one => new OutboxMessage<T>(message(one), ProductEvents.AggregateOf(one.ProductId), one.Version))));
    }

    private async Task<List<StockNews>> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = TimeoutSeconds };
        command.Parameters.Add(new NpgsqlParameter { Value = key });
        command.Parameters.Add(new NpgsqlParameter { Value = options.Value.Throttle, NpgsqlDbType = NpgsqlDbType.Interval });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var news = new List<StockNews>();
        while (await reader.ReadAsync(cancellationToken))
            news.Add(new StockNews(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetBoolean(3), reader.GetInt32(4), reader.GetInt32(5),
                reader.GetInt64(6), reader.IsDBNull(7) ? options.Value.LowStock : reader.GetInt32(7),
                reader.IsDBNull(8) ? null : reader.GetBoolean(8), reader.GetBoolean(9)));
        return news;
    }
}
