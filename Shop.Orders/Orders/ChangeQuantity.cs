using Npgsql;
using NpgsqlTypes;
using Shop.Orders.Checkout;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Orders;

/// <summary>
/// A new quantity is a new revision of the reservation. It is noted on the order first, and while it is noted nobody can
/// pay: so the amount that a payment freezes always belongs to the lines that Catalog holds, whatever is interrupted where.
/// Whoever meets a noted quantity (the same request, a later one, the start of a payment) settles it first.
/// </summary>
internal sealed class ChangeQuantity(Shards shards, OrderQueries queries, CatalogReservations catalog, Failpoints failpoints)
{
    private const int Attempts = 4;

    private const string Note = """
        UPDATE orders SET pending_quantity = $3
        WHERE id = $1 AND version = $2 AND status = 'reserved' AND pending_quantity IS NULL AND expires_at > shop_now()
        """;

    private const string Forget = """
        UPDATE orders SET pending_quantity = NULL WHERE id = $1 AND revision = $2 AND pending_quantity = $3
        """;

    // Also when another settler was refused and forgot the quantity, or a new one is noted by now: Catalog holds this revision.
    private const string Apply = $"""
        WITH changed AS (
            UPDATE orders
            SET revision = revision + 1, total = $4, discount = $8, pending_quantity = nullif(pending_quantity, $3), version = version + 1,
                changed_at = shop_now()
            WHERE id = $1 AND revision = $2 AND status = 'reserved'
            RETURNING id, version, status
        ), lines AS (
            UPDATE order_lines l SET quantity = $3, price = $5, name = $6, name_zh = $7 FROM changed WHERE l.order_id = changed.id
        ), history AS (
            INSERT INTO order_history (order_id, version, status, reason, at) SELECT id, version, status, 'quantity', shop_now() FROM changed
        )
        SELECT pg_notify('{OrderChanges.Channel}', id || ' ' || version || ' ' || status)::text FROM changed
        """;

    /// <summary>The order as it is after the change; null when it does not exist or is somebody else's.</summary>
    /// <exception cref="ProblemException">409 <c>not_single_line</c>, <c>sold_out</c>, <c>coupon_minimum</c>, <c>illegal_transition</c>, <c>order_busy</c>; 503 when Catalog is away.</exception>
    public async Task<Order?> RunAsync(Guid orderId, Guid customerId, int quantity, CancellationToken cancellationToken)
    {
        for (var n = 0; n < Attempts; n++)
        {
            if (await queries.FindAsync(orderId, customerId, cancellationToken) is not { } order)
            {
                return null;
            }

            Check(order);
            if (order.PendingQuantity is not null)
            {
                await SettleAsync(order, cancellationToken);
            }
            else if (order.Lines[0].Quantity == quantity)
            {
                return order;
            }
            else if (await NoteAsync(order, quantity, cancellationToken))
            {
                await SettleAsync(order with { PendingQuantity = quantity }, cancellationToken);
            }
        }

        throw new ProblemException(StatusCodes.Status409Conflict, "order_busy", "The order is being changed by somebody else, or its time has run out.");
    }

    /// <summary>Brings a noted quantity to its end: reserved and applied, or refused and forgotten.</summary>
    public async Task SettleAsync(Order order, CancellationToken cancellationToken)
    {
        var line = order.Lines[0] with { Quantity = order.PendingQuantity!.Value };
        Reservation reservation;
        try
        {
            reservation = await catalog.ReserveAsync(
                new(order.Id, order.Revision + 1, order.CustomerId, [new(line.ProductId, line.Quantity, line.Sku)], order.Coupon),
                cancellationToken);
        }
        catch (ReservationRefusedException e)
        {
            await ForgetAsync(order, cancellationToken);
            throw new ProblemException(StatusCodes.Status409Conflict, e.Refusal.Code!, "The reservation of this order cannot be changed any more.");
        }
        catch (ProblemException e) when (e.Status != StatusCodes.Status503ServiceUnavailable)
        {
            await ForgetAsync(order, cancellationToken);
            throw;
        }

        await failpoints.HitAsync("orders.changed.before-commit", cancellationToken);
        await ApplyAsync(order, line, reservation, cancellationToken);
    }

    private static void Check(Order order)
    {
        if (order.Lines.Count != 1)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "not_single_line", "Only the quantity of an order of one product can be changed.");
        }

        if (order.Status != OrderStatus.Reserved)
        {
            throw IllegalTransition.Change(order.Status);
        }
    }

    private async Task<bool> NoteAsync(Order order, int quantity, CancellationToken cancellationToken)
    {
        await using var command = Command(Note, order, order.Version, quantity);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task ForgetAsync(Order order, CancellationToken cancellationToken)
    {
        await using var command = Command(Forget, order, order.Revision, order.PendingQuantity!.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ApplyAsync(Order order, OrderLine line, Reservation reservation, CancellationToken cancellationToken)
    {
        var reserved = reservation.Lines[0];
        await using var command = Command(Apply, order, order.Revision, line.Quantity);
        command.Parameters.Add(new() { Value = reservation.Total });
        command.Parameters.Add(new() { Value = reserved.Price });
        command.Parameters.Add(new() { Value = reserved.Name });
        command.Parameters.Add(new() { Value = (object?)reserved.NameZh ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = reservation.Discount });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command<T>(string sql, Order order, T second, int quantity)
    {
        var command = shards.Of(order.Id).CreateCommand(sql);
        command.Parameters.Add(new() { Value = order.Id });
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = second });
        command.Parameters.Add(new() { Value = quantity });
        return command;
    }
}
