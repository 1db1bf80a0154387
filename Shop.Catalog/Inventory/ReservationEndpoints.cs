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
        ReservationRequest request, StockService stock, CancellationToken cancellationToken)
    {
        request.Validate();
        var outcome = await stock.ApplyAsync(request.ToOperation(), cancellationToken);
        return outcome.Refusal is null
            ? TypedResults.Ok(ReservationAnswer.Of(outcome.Reservation!))
            : throw outcome.ToProblem();
    }

    private static async Task<NoContent> ReleaseAsync(
        Guid orderId, StockService stock, CancellationToken cancellationToken)
    {
        if (orderId == Guid.Empty) throw Problem.Validation("orderId", "must not be empty");
        await stock.ApplyAsync(new Release(orderId, Version: null), cancellationToken);
        return TypedResults.NoContent();
    }
}
