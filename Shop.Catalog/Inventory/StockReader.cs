using System.Diagnostics;
using Npgsql;
using Shop.Catalog.Promotions;

namespace Shop.Catalog.Inventory;

/// <summary>Reads what the statements of <see cref="StockSql"/> answer, result by result.</summary>
internal static class StockReader
{
    /// <summary>The next two results: reservations, and the lines of them.</summary>
    public static async Task<List<Reservation>> ReservationsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        var reservations = new List<Reservation>();
        while (await reader.ReadAsync(cancellationToken)) reservations.Add(Reservation(reader));
        await reader.NextResultAsync(cancellationToken);
        var lines = new Dictionary<Guid, List<ReservationLine>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var order = reader.GetGuid(11);
            if (!lines.TryGetValue(order, out var known)) lines[order] = known = [];
            known.Add(Line(reader));
        }
        for (var i = 0; i < reservations.Count; i++)
            if (lines.TryGetValue(reservations[i].OrderId, out var known))
                reservations[i] = reservations[i] with { Lines = known };
        return reservations;
    }

    /// <summary>The next two results: locked counters, and the variants that they count.</summary>
    public static async Task<List<StockRow>> StockAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        var counters = new Dictionary<long, (int OnHand, int Reserved)>();
        while (await reader.ReadAsync(cancellationToken)) counters[reader.GetInt64(0)] = (reader.GetInt32(1), reader.GetInt32(2));
        await reader.NextResultAsync(cancellationToken);
        var stock = new List<StockRow>(counters.Count);
        while (await reader.ReadAsync(cancellationToken))
            if (counters.TryGetValue(reader.GetInt64(0), out var counter))
                stock.Add(Stock(reader, counter.OnHand, counter.Reserved));
        return stock;
    }

    /// <summary>The present result.</summary>
    public static async Task<List<CustomerUnits>> UnitsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var units = new List<CustomerUnits>();
        while (await reader.ReadAsync(cancellationToken))
            units.Add(new CustomerUnits(reader.GetInt64(0), reader.GetGuid(1), reader.GetInt32(2)));
        return units;
    }

    /// <summary>One line, by its first eleven columns.</summary>
    public static ReservationLine Line(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetInt64(1), row.GetInt64(8), row.GetString(9), row.GetInt32(2), row.GetInt64(3), row.GetString(4),
        row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6), row.GetInt32(7), row.GetInt32(10));

    private static Reservation Reservation(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2), row.IsDBNull(3) ? null : row.GetGuid(3),
        ParseState(row.GetString(4)), row.GetFieldValue<DateTimeOffset>(5), row.GetInt64(6), [], Coupon(row),
        row.IsDBNull(12) ? null : row.GetInt32(12));

    private static AppliedCoupon? Coupon(NpgsqlDataReader row) => row.IsDBNull(7)
        ? null
        : new AppliedCoupon(row.GetInt64(7), row.GetString(8), row.GetInt64(9), row.GetBoolean(10), row.GetBoolean(11));

    private static StockRow Stock(NpgsqlDataReader row, int onHand, int reserved) => new()
    {
        VariantId = row.GetInt64(0),
        ProductId = row.GetInt64(1),
        Sku = row.GetString(2),
        Name = row.GetString(3),
        NameZh = row.IsDBNull(4) ? null : row.GetString(4),
        Price = row.GetInt64(5),
        Currency = row.GetString(6),
        Sellable = row.GetBoolean(7),
        LimitPerCustomer = row.IsDBNull(8) ? null : row.GetInt32(8),
        OnHand = onHand,
        Reserved = reserved,
    };

    private static ReservationState ParseState(string name) => name switch
    {
        "reserved" => ReservationState.Reserved,
        "released" => ReservationState.Released,
        "expired" => ReservationState.Expired,
        "confirmed" => ReservationState.Confirmed,
        _ => throw new UnreachableException($"Unknown reservation state {name}."),
    };
}
