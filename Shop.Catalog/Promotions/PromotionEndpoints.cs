using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Promotions;

/// <summary>Promotions for administrators, and what their coupons would come to for everybody.</summary>
public static class PromotionEndpoints
{
    public static void AddPromotions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PromotionEditing>();
        builder.Services.AddSingleton<CouponQuotes>();
    }

    public static void MapPromotions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/promotions").WithTags("Promotions").RequireAuthorization(ShopClaims.Admin);
        group.MapGet("/", ListAsync).WithName("ListPromotions").WithSummary("All promotions, the newest first").ProducesValidationProblem();
        group.MapGet("/{code}", GetAsync)
            .WithName("GetPromotion").WithSummary("A promotion and how often it is used; its entity tag is for If-Match")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/", CreateAsync)
            .WithName("CreatePromotion").WithSummary("Add a promotion")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPut("/{code}", ChangeAsync)
            .WithName("ChangePromotion").WithSummary("Change a promotion; what is left out is gone")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        group.MapDelete("/{code}", StopAsync)
            .WithName("StopPromotion").WithSummary("Let nobody take another use; orders that hold one keep it")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        app.MapGet("/api/coupons/{code}/quote", QuoteAsync).WithTags("Promotions").AllowAnonymous()
            .WithName("QuoteCoupon").WithSummary("What a coupon would take off a total, which it does not hold")
            .WithDescription("With a customer's token, that customer's own uses are held against the coupon too.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<PromotionPage>> ListAsync(
        long? after, int? limit, PromotionEditing promotions, CancellationToken cancellationToken) =>
        TypedResults.Ok(await promotions.ListAsync(after, limit, cancellationToken));

    private static async Task<Ok<PromotionItem>> GetAsync(
        string code, HttpContext http, PromotionEditing promotions, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(Tagged(await promotions.FindAsync(code, cancellationToken), http));
    }

    private static async Task<Created<PromotionItem>> CreateAsync(
        PromotionInput input, Editor editor, HttpContext http, PromotionEditing promotions, CancellationToken cancellationToken)
    {
        var promotion = Tagged(await promotions.CreateAsync(input, editor, cancellationToken), http);
        return TypedResults.Created($"/api/promotions/{promotion.Code}", promotion);
    }

    private static async Task<Ok<PromotionItem>> ChangeAsync(
        string code, PromotionInput input, Editor editor, HttpContext http, PromotionEditing promotions, CancellationToken cancellationToken) =>
        TypedResults.Ok(Tagged(await promotions.ChangeAsync(code, input, editor, cancellationToken), http));

    private static async Task<NoContent> StopAsync(
        string code, Editor editor, PromotionEditing promotions, CancellationToken cancellationToken)
    {
        await promotions.StopAsync(code, editor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<CouponQuote>> QuoteAsync(
        string code, decimal total, HttpContext http, CouponQuotes quotes, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        var customer = http.User.Identity is { IsAuthenticated: true } ? http.User.CustomerId() : Guid.Empty;
        return TypedResults.Ok(await quotes.QuoteAsync(code, total, customer, cancellationToken));
    }

    private static PromotionItem Tagged(PromotionItem promotion, HttpContext http)
    {
        http.Response.Headers.ETag = Editor.Tag(promotion.Version);
        return promotion;
    }
}
