using Npgsql;
using Shop.Catalog.Inventory;

namespace Shop.Catalog.Promotions;

/// <summary>Loads and stores the uses of promotions within a transaction on the stock.</summary>
internal static class PromotionStore
{
    /// <summary>Locks what the operations name and what their orders have. Without a coupon it asks nothing.</summary>
    public static async Task<PromotionBook> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Reservation> reservations,
        IReadOnlyList<StockOperation> operations, CancellationToken cancellationToken)
    {
        string[] codes = [.. operations.OfType<Reserve>().Select(reserve => reserve.Coupon).OfType<string>().Distinct()];
        long[] ids = [.. reservations.Select(reservation => reservation.Coupon?.PromotionId).OfType<long>().Distinct()];
        if (codes.Length == 0 && ids.Length == 0) return PromotionBook.Empty;

        Guid[] customers = [.. Customers(reservations, operations).Distinct()];
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = StockStore.TimeoutSeconds };
        batch.Add(PromotionSql.Lock, ids, codes);
        batch.Add(PromotionSql.Uses, ids, codes, customers);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var promotions = new List<Promotion>();
        while (await reader.ReadAsync(cancellationToken)) promotions.Add(Promotion.Read(reader));
        await reader.NextResultAsync(cancellationToken);
        var uses = new List<CustomerUses>();
        while (await reader.ReadAsync(cancellationToken))
            uses.Add(new CustomerUses(reader.GetInt64(0), reader.GetGuid(1), reader.GetInt32(2)));
        return new PromotionBook(promotions, uses);
    }

    public static void Add(NpgsqlBatch batch, PromotionBook book)
    {
        var counters = book.Differences.ToArray();
        if (counters.Length > 0)
            batch.Add(PromotionSql.Count, counters.Select(c => c.PromotionId).ToArray(), counters.Select(c => c.Difference).ToArray());
        var uses = book.ChangedUses.ToArray();
        if (uses.Length == 0) return;
        batch.Add(
            PromotionSql.UpsertUses,
            uses.Select(u => u.PromotionId).ToArray(),
            uses.Select(u => u.CustomerId).ToArray(),
            uses.Select(u => u.Uses).ToArray());
    }

    private static IEnumerable<Guid> Customers(IReadOnlyList<Reservation> reservations, IReadOnlyList<StockOperation> operations) =>
        reservations.Select(reservation => reservation.CustomerId).OfType<Guid>()
            .Concat(operations.OfType<Reserve>().Select(reserve => reserve.CustomerId));
}
