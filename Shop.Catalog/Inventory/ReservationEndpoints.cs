using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
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
        group.MapPost("/batch", ReserveManyAsync)
            .WithName("ReserveMany").WithSummary("Hold the lines of many orders, each all or none")
            .WithMetadata(new RequestSizeLimitAttribute(ReservationBatch.MaxBytes));
        group.MapPost("/{orderId}/confirm", ConfirmAsync).WithName("ConfirmReservation").WithSummary("Sell what a paid order holds");
        group.MapDelete("/{orderId}", ReleaseAsync).WithName("ReleaseReservation").WithSummary("Give held units back");
    }

    private static async Task<IResult> ReserveAsync(
        ReservationRequest request, StockService stock, Skus skus, CancellationToken cancellationToken)
    {
        var (outcome, line) = await DecideAsync(request, stock, skus, cancellationToken);
        if (outcome.Refusal?.IsAboutCoupon() is true) throw outcome.ToProblem(line: null);
        return outcome.Refusal is null ? TypedResults.Ok(ReservationAnswer.Of(outcome.Reservation!)) : new RefusalResult(outcome, line);
    }

    /// <summary>All are under way at once, so that they share transactions. A database that is away fails the call as a whole.</summary>
    private static async Task<Ok<ReservationBatchAnswer>> ReserveManyAsync(
        ReservationBatch request, StockService stock, Skus skus, CancellationToken cancellationToken)
    {
        request.Validate();
        return TypedResults.Ok(new ReservationBatchAnswer(
            await Task.WhenAll(request.Reservations!.Select(one => ReserveOneAsync(one, stock, skus, cancellationToken)))));
    }

    private static async Task<ReservationBatchItem> ReserveOneAsync(
        ReservationRequest request, StockService stock, Skus skus, CancellationToken cancellationToken)
    {
        try
        {
            var (outcome, line) = await DecideAsync(request, stock, skus, cancellationToken);
            return outcome.Refusal is null
                ? ReservationBatchItem.Granted(ReservationAnswer.Of(outcome.Reservation!))
                : ReservationBatchItem.Refused(request, outcome.ToProblem(line));
        }
        catch (ProblemException refused)
        {
            return ReservationBatchItem.Refused(request, refused);
        }
    }

    /// <summary>The outcome, and the line that a refusal is about.</summary>
    private static async ValueTask<(StockOutcome Outcome, ReservationRequestLine? Line)> DecideAsync(
        ReservationRequest request, StockService stock, Skus skus, CancellationToken cancellationToken)
    {
        request.Validate();
        var variants = await skus.ResolveAsync(request.Lines!, cancellationToken);
        var outcome = await stock.ReserveAsync(request, variants, cancellationToken);
        return (outcome, request.LineOf(variants, outcome.VariantId));
    }

    /// <summary>After the lease too: what is gone by then is told line by line.</summary>
    private static async Task<Ok<ConfirmAnswer>> ConfirmAsync(
        Guid orderId, ConfirmRequest request, StockService stock, CancellationToken cancellationToken)
    {
        request.Validate(orderId);
        var outcome = await stock.ApplyAsync(new Confirm(orderId, request.Revision, request.Version), cancellationToken);
        if (outcome.Refusal is not null) throw outcome.ToProblem(line: null);
        return outcome.Reservation is { State: ReservationState.Confirmed, Lines.Count: > 0 } sold
            ? TypedResults.Ok(ConfirmAnswer.Of(sold))
            : throw Problem.NotFound(ConfirmAnswer.UnknownCode, "The order has not reserved this revision. If it still does, that is sold at once.");
    }

    /// <param name="revision">When given, later revisions are left alone and stay possible.</param>
    /// <param name="version">Of the order that has ended: then what was sold to it comes back as well. Without it, or with an old one, that is refused.</param>
    private static async Task<NoContent> ReleaseAsync(
        Guid orderId, int? revision, long? version, StockService stock, CancellationToken cancellationToken)
    {
        if (orderId == Guid.Empty) throw Problem.Validation("orderId", "must not be empty");
        if (revision is < 1) throw Problem.Validation("revision", "must be 1 or more");
        if (version is < 1) throw Problem.Validation("version", "must be 1 or more");
        var outcome = await stock.ApplyAsync(new Release(orderId, version, revision ?? int.MaxValue), cancellationToken);
        return outcome.Refusal is null ? TypedResults.NoContent() : throw outcome.ToProblem(line: null);
    }
}
