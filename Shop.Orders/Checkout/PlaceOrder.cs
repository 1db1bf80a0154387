using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Shop.Orders.Cart;
using Shop.Orders.Orders;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Checkout;

/// <summary>The bytes of a 201, kept as they are so that a retry gets the same.</summary>
internal sealed record PlacedAnswer(Guid OrderId, byte[] Body);

/// <summary>
/// Checkout: reserve at Catalog, then one commit on the customer's shard. Whatever is interrupted in between is a
/// reservation without an order, which its lease ends; with a key, a retry finds the same reservation and goes on.
/// </summary>
internal sealed class PlaceOrder(
    PlacementStore store,
    CatalogReservations catalog,
    CartStore carts,
    Failpoints failpoints,
    OrdersMetrics metrics,
    TimeProvider time,
    RandomNumberGenerator random)
{
    // Each further attempt means that a rival with the same key and another body took the reservation away.
    private const int Attempts = 3;

    /// <exception cref="ProblemException">What stands in the way; nothing is half done then.</exception>
    public async Task<PlacedAnswer> RunAsync(Guid customerId, OrderDraft draft, string? key, CancellationToken cancellationToken)
    {
        var orderId = key is null ? OrderId.Random(customerId, random) : OrderId.For(customerId, key);
        var bodyHash = key is null ? null : draft.BodyHash();
        var earlier = Earlier.Nothing;
        if (bodyHash is not null)
        {
            earlier = await store.FindAsync(orderId, cancellationToken);
            if (earlier.OrderExists)
            {
                return Replay(orderId, bodyHash, earlier);
            }
        }

        var lines = draft.Lines ?? await carts.LinesAsync(CartKey.Of(customerId), cancellationToken);
        if (lines.Count == 0)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "cart_empty", "There is nothing in the cart.");
        }

        var attempt = new Attempt(orderId, customerId, bodyHash, lines, draft.ExpectedTotal, earlier.RefusedRevision + 1, draft.Coupon);
        for (var n = 0; n < Attempts; n++)
        {
            if (await TryAsync(attempt, cancellationToken) is { } answer)
            {
                if (draft.Lines is null)
                {
                    await carts.TakeOutAsync(CartKey.Of(customerId), lines, cancellationToken);
                }

                return answer;
            }

            earlier = await store.FindAsync(orderId, cancellationToken);
            if (earlier.OrderExists)
            {
                return Replay(orderId, bodyHash!, earlier);
            }

            attempt = attempt with { Revision = Math.Max(earlier.RefusedRevision, attempt.Revision) + 1 };
        }

        throw new ProblemException(StatusCodes.Status409Conflict, "idempotency_key_used_up",
            "The reservation that belongs to this key was given back; use a new key.", IdempotencyKey.Header);
    }

    /// <summary>Null when somebody else with the same key came first, or the reservation of this revision is closed.</summary>
    private async Task<PlacedAnswer?> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (await ReserveAsync(attempt, cancellationToken) is not { } reservation)
        {
            return null;
        }

        if (attempt.ExpectedTotal is { } expected && expected != reservation.Total)
        {
            return await RefusePriceAsync(attempt, reservation, cancellationToken);
        }

        var placement = Prepare(attempt, reservation);
        await failpoints.HitAsync("orders.placed.before-commit", cancellationToken);
        if (await CommitAsync(attempt, placement, cancellationToken) != PlacementOutcome.Placed)
        {
            return null;
        }

        metrics.OrderPlaced();
        await failpoints.HitAsync("orders.placed.after-commit", cancellationToken);
        return new(attempt.OrderId, placement.Answer);
    }

    private async Task<Reservation?> ReserveAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await catalog.ReserveAsync(new(attempt.OrderId, attempt.Revision, attempt.CustomerId, attempt.Lines, attempt.Coupon), cancellationToken);
        }
        catch (ReservationRefusedException e) when (e.Refusal.Code == "reservation_closed")
        {
            return null;
        }
        catch (ReservationRefusedException)
        {
            // Another body holds the reservation of this key: its order exists by now, or is on its way.
            return (await store.FindAsync(attempt.OrderId, cancellationToken)).OrderExists ? null : throw KeyReused();
        }
        catch (ProblemException e) when (e.Status == StatusCodes.Status503ServiceUnavailable && attempt.BodyHash is null)
        {
            // Nobody can repeat an order without a key, so a reservation that may yet come about must not stay.
            await catalog.ReleaseAsync(attempt.OrderId, null, cancellationToken);
            throw;
        }
    }

    private async Task<PlacementOutcome> CommitAsync(Attempt attempt, Placement placement, CancellationToken cancellationToken)
    {
        try
        {
            return await store.PlaceAsync(placement, cancellationToken);
        }
        catch (PostgresException e) when (attempt.BodyHash is null && !DatabaseErrors.IsAway(e))
        {
            // The server said no, so there is no order. Any other error, also that of a server which stops, leaves that
            // open, and the lease decides.
            await catalog.ReleaseAsync(attempt.OrderId, null, cancellationToken);
            throw;
        }
    }

    private async Task<PlacedAnswer?> RefusePriceAsync(Attempt attempt, Reservation reservation, CancellationToken cancellationToken)
    {
        // An order of the same key may stand on this very reservation; then it is not ours to give back.
        if (!await store.RefuseAsync(attempt.OrderId, attempt.Revision, cancellationToken))
        {
            return null;
        }

        await catalog.ReleaseAsync(attempt.OrderId, attempt.Revision, cancellationToken);
        throw new ProblemException(StatusCodes.Status409Conflict, "price_changed", "The total is not what was expected.", "expectedTotal")
        {
            Extensions = { ["total"] = Money.ToMajor(reservation.Total), ["currency"] = reservation.Currency },
        };
    }

    private Placement Prepare(Attempt attempt, Reservation reservation)
    {
        var order = new Order(
            attempt.OrderId, attempt.CustomerId, OrderStatus.Reserved, 1, attempt.Revision, reservation.Currency, reservation.Total, null, null,
            Microseconds(time.GetUtcNow()), Microseconds(reservation.ExpiresAt.ToUniversalTime()),
            [.. reservation.Lines.Select(line => new OrderLine(line.ProductId, line.Sku, line.Name, line.NameZh, line.Quantity, line.Price))],
            attempt.Coupon, reservation.Discount);
        return new(order, attempt.BodyHash, JsonSerializer.SerializeToUtf8Bytes(OrderResponse.From(order), OrdersJson.Answers.OrderResponse));
    }

    // What PostgreSQL keeps; so what is answered now is what is read later.
    private static DateTimeOffset Microseconds(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));

    private static PlacedAnswer Replay(Guid orderId, byte[] bodyHash, Earlier earlier)
    {
        if (earlier.Answer is null)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "idempotency_key_expired",
                "This key placed an order more than 24 hours ago; use a new key.", IdempotencyKey.Header);
        }

        return bodyHash.AsSpan().SequenceEqual(earlier.BodyHash) ? new(orderId, earlier.Answer) : throw KeyReused();
    }

    private static ProblemException KeyReused() =>
        new(StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used with another body.", IdempotencyKey.Header);

    private sealed record Attempt(
        Guid OrderId, Guid CustomerId, byte[]? BodyHash, IReadOnlyList<DraftLine> Lines, long? ExpectedTotal, int Revision,
        string? Coupon);
}
