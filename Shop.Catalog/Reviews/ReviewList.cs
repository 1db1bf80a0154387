using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Cache;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Reviews;

/// <summary>Reads reviews page by page.</summary>
public sealed class ReviewList(NpgsqlDataSource database, LoadGate gate)
{
    /// <summary>Null when there is no such product on sale.</summary>
    /// <param name="reader">Whose own reviews are marked; null for nobody's.</param>
    /// <exception cref="ProblemException">503 busy.</exception>
    public Task<ReviewPage?> ReadAsync(
        long productId, ReviewSort sort, int? stars, int limit, ReviewCursor after, Guid? reader, CancellationToken cancellationToken) =>
        gate.RunAsync(token => ReadNowAsync(productId, sort, stars, limit, after, reader, token), cancellationToken);

    private async Task<ReviewPage?> ReadNowAsync(
        long productId, ReviewSort sort, int? stars, int limit, ReviewCursor after, Guid? reader, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(ReviewSql.Summary, productId);
        var filter = new NpgsqlParameter { Value = (object?)stars ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };
        if (sort == ReviewSort.Newest) batch.Add(ReviewSql.Newest, productId, filter, limit + 1, after.Id);
        else batch.Add(ReviewSql.MostHelpful, productId, filter, limit + 1, after.Id, after.Count);

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken)) return null;
        var histogram = rows.GetFieldValue<int[]>(1);
        var summary = new ReviewSummary(Math.Round((decimal)rows.GetFloat(0), 1), histogram.Sum(), histogram);
        await rows.NextResultAsync(cancellationToken);
        var items = new List<ReviewItem>(limit + 1);
        while (await rows.ReadAsync(cancellationToken)) items.Add(Item(rows, reader));
        return items.Count <= limit
            ? new ReviewPage(summary, items, null)
            : new ReviewPage(summary, items[..limit], new ReviewCursor(items[limit - 1].Id, items[limit - 1].Helpful).Encode());
    }

    /// <summary>What waits for a moderator, most reported first, or what was hidden, newest first.</summary>
    public async Task<ModeratedPage> ModeratedAsync(bool hidden, int limit, ReviewCursor after, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        if (hidden) batch.Add(ReviewSql.Hidden, limit + 1, after.Id);
        else batch.Add(ReviewSql.Reported, limit + 1, after.Id, after.Count);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var items = new List<ModeratedReview>(limit + 1);
        while (await rows.ReadAsync(cancellationToken)) items.Add(Moderated(rows));
        return items.Count <= limit
            ? new ModeratedPage(items, null)
            : new ModeratedPage(items[..limit], new ReviewCursor(items[limit - 1].Id, items[limit - 1].Reports).Encode());
    }

    private static ReviewItem Item(NpgsqlDataReader row, Guid? reader) => new(
        row.GetInt64(0), row.GetInt16(1), row.GetString(2), row.GetString(3), Text(row, 4), row.GetBoolean(5), row.GetInt32(6),
        row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8), row.GetGuid(9) == reader);

    private static ModeratedReview Moderated(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetGuid(2), row.GetInt16(3), row.GetString(4), row.GetString(5), Text(row, 6),
        row.GetBoolean(7), row.GetString(8), row.GetInt32(9), row.GetFieldValue<DateTimeOffset>(10),
        row.IsDBNull(11) ? null : row.GetGuid(11), row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12), Text(row, 13));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
