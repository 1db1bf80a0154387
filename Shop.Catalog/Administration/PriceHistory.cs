using Npgsql;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Administration;

/// <param name="Price">Of one unit, in major units.</param>
/// <param name="Since">From when on it held.</param>
/// <param name="Who">Customer id of the administrator; null for the first assortment.</param>
public sealed record PriceEntry(long Id, string Sku, decimal Price, DateTimeOffset Since, Guid? Who);

/// <param name="Next">Value of <c>after</c> for the next page; null on the last one.</param>
public sealed record PricePage(IReadOnlyList<PriceEntry> Items, long? Next);

/// <summary>The prices that a product's variants have had, the newest first.</summary>
public sealed class PriceHistory(NpgsqlDataSource database)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 100;

    private const string Select =
        """
        SELECT h.id, v.sku, h.price, h.since, h.who
        FROM price_history h JOIN variants v ON v.id = h.variant_id
        WHERE v.product_id = $1 AND h.id < $2 ORDER BY h.id DESC LIMIT $3
        """;

    public async Task<PricePage> ReadAsync(long productId, long? after, int? limit, CancellationToken cancellationToken)
    {
        var size = limit ?? DefaultLimit;
        new Validator()
            .Check(size is >= 1 and <= MaxLimit, "limit", $"must be between 1 and {MaxLimit}")
            .Check(after is null or > 0, "after", "must be the next of the page before")
            .ThrowIfInvalid();
        await using var command = database.CreateCommand(Select);
        foreach (var value in (object[])[productId, after ?? long.MaxValue, size + 1])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<PriceEntry>();
        while (await reader.ReadAsync(cancellationToken))
            entries.Add(new PriceEntry(
                reader.GetInt64(0), reader.GetString(1), Money.ToMajor(reader.GetInt64(2)),
                reader.GetFieldValue<DateTimeOffset>(3), reader.IsDBNull(4) ? null : reader.GetGuid(4)));
        return entries.Count > size
            ? new PricePage(entries[..size], entries[size - 1].Id)
            : new PricePage(entries, null);
    }
}
