using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>What Orders asks of the stock.</summary>
public static class ReservationEndpoints
{
    internal static void MapReservations(this IEndpointRouteBuilder app)
    {
        var group = app.MapInternal("orders").MapGroup("/reservations");
        group.MapPost("/", ReserveAsync).WithName("Reserve").WithSummary("Hold all lines of an order, or none");
        group.MapPost("/{orderId}/confirm", ConfirmAsync).WithName("ConfirmReservation").WithSummary("Sell what a paid order holds");
        group.MapDelete("/{orderId}", ReleaseAsync).WithName("ReleaseReservation").WithSummary("Give held units back");
    }

    private static async Task<IResult> ReserveAsync(
        ReservationRequest request, StockService stock, Skus skus, CancellationToken cancellationToken)
    {
        request.Validate();
        var variants = await skus.ResolveAsync(request.Lines!, cancellationToken);
        var outcome = await stock.ReserveAsync(request, variants, cancellationToken);
        if (outcome.Refusal?.IsAboutCoupon() is true) throw outcome.ToProblem(line: null);
        return outcome.Refusal is null
            ? TypedResults.Ok(ReservationAnswer.Of(outcome.Reservation!))
            : new RefusalResult(outcome, LineOf(request, variants, outcome.VariantId));
    }

    private static ReservationRequestLine? LineOf(ReservationRequest request, long[] variants, long variantId) =>
        Array.IndexOf(variants, variantId) is >= 0 and var at ? request.Lines![at] : null;

    /// <summary>After the lease too: what is gone by then is told line by line.</summary>
    private static async Task<Ok<ConfirmAnswer>> ConfirmAsync(
        Guid orderId, ConfirmRequest request, StockService stock, CancellationToken cancellationToken)
    {
        request.Validate(orderId);
        var outcome = await stock.ApplyAsync(new Confirm(orderId, request.Revision, request.Version), cancellationToken);
        if (outcome.Refusal is not null) throw outcome.ToProblem(line: null);
        return outcome.Reservation is { Lines.Count: > 0 } sold
            ? TypedResults.Ok(ConfirmAnswer.Of(sold))
            : throw Problem.NotFound("reservation_unknown", "The order never reserved anything, and by now cannot.");
    }

    /// <param name="revision">When given, later revisions are left alone and stay possible.</param>
    /// <param name="version">Of the order that has ended: then what was sold to it comes back as well.</param>
    private static async Task<NoContent> ReleaseAsync(
        Guid orderId, int? revision, long? version, StockService stock, CancellationToken cancellationToken)
    {
        if (orderId == Guid.Empty) throw Problem.Validation("orderId", "must not be empty");
        if (revision is < 1) throw Problem.Validation("revision", "must be 1 or more");
        if (version is < 1) throw Problem.Validation("version", "must be 1 or more");
        await stock.ApplyAsync(new Release(orderId, version, revision ?? int.MaxValue), cancellationToken);
        return TypedResults.NoContent();
    }
}
