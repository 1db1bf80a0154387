using System.Diagnostics;
using Npgsql;
using Shop.Catalog.Promotions;

namespace Shop.Catalog.Inventory;

/// <summary>Writes what a <see cref="StockBook"/> has gathered, each table in one statement over arrays.</summary>
internal static class StockWriter
{
    /// <summary>With movements, the first statement answers the variants whose counters changed, with their new versions.</summary>
    public static void Add(NpgsqlBatch batch, StockBook book)
    {
        if (book.Movements.Count > 0)
        {
            AddCounters(batch, book.Movements);
            AddMovements(batch, book.Movements);
        }
        AddReservations(batch, [.. book.ChangedReservations]);
        AddLines(batch, book.NewLines);
        AddLineChanges(batch, [.. book.ChangedLines]);
        AddUnits(batch, [.. book.ChangedUnits]);
        PromotionStore.Add(batch, book.Promotions);
    }

    /// <summary>Counters and ledger of movements that belong to no order. Answers as <see cref="Add"/> does.</summary>
    public static void AddMoved(NpgsqlBatch batch, IReadOnlyList<StockMovement> movements)
    {
        AddCounters(batch, movements);
        AddMovements(batch, movements);
    }

    /// <summary>Variants of which there is more to be had after the movements than before.</summary>
    public static IReadOnlyList<long> Freed(IReadOnlyList<StockMovement> movements) => movements.Count == 0
        ? []
        : [.. Totals(movements).Where(total => total.Value.OnHand > total.Value.Reserved).Select(total => total.Key)];

    private static void AddCounters(NpgsqlBatch batch, IReadOnlyList<StockMovement> movements)
    {
        var totals = Totals(movements);
        batch.Add(
            StockSql.UpdateStock,
            totals.Keys.ToArray(),
            totals.Values.Select(t => t.OnHand).ToArray(),
            totals.Values.Select(t => t.Reserved).ToArray());
    }

    private static Dictionary<long, (int OnHand, int Reserved)> Totals(IReadOnlyList<StockMovement> movements)
    {
        var totals = new Dictionary<long, (int OnHand, int Reserved)>(movements.Count);
        foreach (var movement in movements)
        {
            var (onHand, reserved) = totals.GetValueOrDefault(movement.VariantId);
            totals[movement.VariantId] = (onHand + movement.OnHandDelta, reserved + movement.ReservedDelta);
        }
        return totals;
    }

    private static void AddMovements(NpgsqlBatch batch, IReadOnlyList<StockMovement> movements) => batch.Add(
        StockSql.InsertMovements,
        movements.Select(m => m.VariantId).ToArray(),
        movements.Select(m => m.KindName).ToArray(),
        movements.Select(m => m.SignedQuantity).ToArray(),
        movements.Select(m => m.OrderId).ToArray(),
        movements.Select(m => m.Reason).ToArray(),
        movements.Select(m => m.Actor).ToArray());

    private static void AddReservations(NpgsqlBatch batch, Reservation[] reservations)
    {
        if (reservations.Length == 0) return;
        batch.Add(
            StockSql.UpsertReservations,
            reservations.Select(r => r.OrderId).ToArray(),
            reservations.Select(r => r.Revision).ToArray(),
            reservations.Select(r => r.BodyHash).ToArray(),
            reservations.Select(r => r.CustomerId).ToArray(),
            reservations.Select(r => StateName(r.State)).ToArray(),
            reservations.Select(r => r.LeaseUntil.ToUniversalTime()).ToArray(),
            reservations.Select(r => r.Version).ToArray(),
            reservations.Select(r => r.Coupon?.PromotionId).ToArray(),
            reservations.Select(r => r.Coupon?.Discount ?? 0).ToArray(),
            reservations.Select(r => r.Coupon?.FreeShipping ?? false).ToArray(),
            reservations.Select(r => r.Coupon?.Counted ?? false).ToArray(),
            reservations.Select(r => r.PaidRevision).ToArray());
    }

    private static void AddLines(NpgsqlBatch batch, IReadOnlyList<(Guid OrderId, ReservationLine Line)> lines)
    {
        if (lines.Count == 0) return;
        batch.Add(
            StockSql.InsertLines,
            lines.Select(l => l.OrderId).ToArray(),
            lines.Select(l => l.Line.Revision).ToArray(),
            lines.Select(l => l.Line.VariantId).ToArray(),
            lines.Select(l => l.Line.Quantity).ToArray(),
            lines.Select(l => l.Line.Price).ToArray(),
            lines.Select(l => l.Line.Currency).ToArray(),
            lines.Select(l => l.Line.Name).ToArray(),
            lines.Select(l => l.Line.NameZh).ToArray(),
            lines.Select(l => l.Line.ProductId).ToArray(),
            lines.Select(l => l.Line.Sku).ToArray());
    }

    private static void AddLineChanges(NpgsqlBatch batch, (Guid OrderId, ReservationLine Line)[] lines)
    {
        if (lines.Length == 0) return;
        batch.Add(
            StockSql.UpdateLines,
            lines.Select(l => l.OrderId).ToArray(),
            lines.Select(l => l.Line.Revision).ToArray(),
            lines.Select(l => l.Line.VariantId).ToArray(),
            lines.Select(l => l.Line.Shortage).ToArray(),
            lines.Select(l => l.Line.Returned).ToArray());
    }

    private static void AddUnits(NpgsqlBatch batch, CustomerUnits[] units)
    {
        if (units.Length == 0) return;
        batch.Add(
            StockSql.UpsertCustomerUnits,
            units.Select(u => u.VariantId).ToArray(),
            units.Select(u => u.CustomerId).ToArray(),
            units.Select(u => u.Units).ToArray());
    }

    private static string StateName(ReservationState state) => state switch
    {
        ReservationState.Reserved => "reserved",
        ReservationState.Released => "released",
        ReservationState.Expired => "expired",
        ReservationState.Confirmed => "confirmed",
        _ => throw new UnreachableException(),
    };
}
