using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Administration;
using Shop.Catalog.StockEvents;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Internal;

namespace Shop.Catalog.Inventory;

/// <summary>The warehouse, for administrators; returns also for Orders.</summary>
public static class InventoryEndpoints
{
    public static void MapInventory(this IEndpointRouteBuilder app)
    {
        app.MapReservations();
        var group = app.MapGroup("/api/inventory").WithTags("Inventory").RequireAuthorization(ShopClaims.Admin);
        group.MapGet("/{sku}", ReadAsync)
            .WithName("GetInventory").WithSummary("A variant's stock and its movements, the newest first")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/counts", CountAsync)
            .WithName("CountStock").WithSummary("Book what stock-taking has found")
            .WithDescription("With the header Idempotency-Key a repeat changes nothing and gets the present stock.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        group.MapPost("/damages", DamageAsync)
            .WithName("DamageStock").WithSummary("Write off units that broke or spoiled")
            .WithDescription("With the header Idempotency-Key a repeat changes nothing and gets the present stock.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        group.MapPost("/returns", ReturnAsync)
            .WithName("ReturnGoods").WithSummary("Take back units that a paid order has sent back")
            .WithDescription("Needs the header Idempotency-Key: one key, one return.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        group.MapPut("/{sku}/low-stock", SetLowStockAsync)
            .WithName("SetLowStock").WithSummary("From how many available units on a variant is low")
            .WithDescription("Without a threshold the default holds.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        app.MapInternal("orders").MapPost("/returns", ReturnForOrdersAsync).WithName("ReturnReserved");
    }

    private static async Task<Ok<StockHistory>> ReadAsync(
        string sku, long? before, int? limit, StockHistories histories, CancellationToken cancellationToken) =>
        TypedResults.Ok(await histories.ReadAsync(sku, before, limit, cancellationToken));

    private static async Task<Ok<LowStockSetting>> SetLowStockAsync(
        string sku, LowStockInput input, Editor editor, LowStockThresholds thresholds, CancellationToken cancellationToken)
    {
        input.Validate();
        return TypedResults.Ok(await thresholds.SetAsync(sku, input.Threshold, editor.Id, cancellationToken));
    }

    private static async Task<Ok<StockCount>> CountAsync(
        CountRequest request, HttpRequest http, Editor editor, StockTaking taking, CancellationToken cancellationToken)
    {
        request.Validate();
        return TypedResults.Ok(await taking.CountAsync(request, RequestKey.Read(http), editor.Id, cancellationToken));
    }

    private static async Task<Ok<StockCount>> DamageAsync(
        DamageRequest request, HttpRequest http, Editor editor, StockTaking taking, CancellationToken cancellationToken)
    {
        request.Validate();
        return TypedResults.Ok(await taking.DamageAsync(request, RequestKey.Read(http), editor.Id, cancellationToken));
    }

    private static async Task<Ok<ReturnAnswer>> ReturnAsync(
        ReturnRequest request, HttpRequest http, Editor editor, StockReturns returns, CancellationToken cancellationToken)
    {
        request.Validate();
        return TypedResults.Ok(await returns.TakeAsync(request, RequestKey.Demand(http), editor.Id, cancellationToken));
    }

    private static async Task<Ok<ReturnAnswer>> ReturnForOrdersAsync(
        ReturnRequest request, HttpRequest http, StockReturns returns, CancellationToken cancellationToken)
    {
        request.Validate();
        return TypedResults.Ok(await returns.TakeAsync(request, RequestKey.Demand(http), who: null, cancellationToken));
    }
}
