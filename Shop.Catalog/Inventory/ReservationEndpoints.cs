using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>What Orders asks of the stock.</summary>
public static class ReservationEndpoints
{
    public static void MapReservations(this IEndpointRouteBuilder app)
    {
        var group = app.MapInternal("orders").MapGroup("/reservations");
        group.MapPost("/", ReserveAsync).WithName("Reserve").WithSummary("Hold all lines of an order, or none");
        group.MapDelete("/{orderId}", ReleaseAsync).WithName("ReleaseReservation").WithSummary("Give held units back");
    }

    private static async Task<Ok<ReservationAnswer>> ReserveAsync(
        ReservationRequest request, StockService stock, Skus skus, CancellationToken cancellationToken)
    {
        request.Validate();
        var variants = await skus.ResolveAsync(request.Lines!, cancellationToken);
        var outcome = await stock.ApplyAsync(request.ToOperation(variants), cancellationToken);
        return outcome.Refusal is null
            ? TypedResults.Ok(ReservationAnswer.Of(outcome.Reservation!))
            : throw outcome.ToProblem(request.Lines!.Zip(variants).FirstOrDefault(pair => pair.Second == outcome.VariantId).First);
    }

    /// <param name="revision">When given, later revisions are left alone and stay possible.</param>
    private static async Task<NoContent> ReleaseAsync(
        Guid orderId, int? revision, StockService stock, CancellationToken cancellationToken)
    {
        if (orderId == Guid.Empty) throw Problem.Validation("orderId", "must not be empty");
        if (revision is < 1) throw Problem.Validation("revision", "must be 1 or more");
        await stock.ApplyAsync(new Release(orderId, Revision: revision ?? int.MaxValue), cancellationToken);
        return TypedResults.NoContent();
    }
}
