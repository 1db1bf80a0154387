using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Reviews;

/// <summary>Reviews: everybody reads, customers write their own and judge others', administrators moderate.</summary>
public static class ReviewEndpoints
{
    private const int DefaultLimit = 10;
    private const int MaxLimit = 100;

    public static void AddReviews(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReviewStore>();
        builder.Services.AddSingleton<ReviewList>();
        builder.Services.AddHostedService<LateCards>();
    }

    public static void MapReviews(this IEndpointRouteBuilder app)
    {
        var product = app.MapGroup("/api/products/{id}/reviews").WithTags("Reviews").RequireAuthorization();
        product.MapGet("/", ListAsync).AllowAnonymous().WithName("ListReviews").WithSummary("A product's reviews, page by page")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        product.MapPost("/", CreateAsync).WithName("WriteReview").WithSummary("Review a product, once")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        product.MapGet("/mine", FindOwnAsync).WithName("GetOwnReview").WithSummary("Your review of a product")
            .ProducesProblem(StatusCodes.Status404NotFound);
        product.MapPut("/mine", ChangeAsync).WithName("ChangeReview").WithSummary("Change your review")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        product.MapDelete("/mine", DeleteAsync).WithName("DeleteReview").WithSummary("Take your review back")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

        var review = app.MapGroup("/api/reviews").WithTags("Reviews").RequireAuthorization(ShopClaims.Admin);
        review.MapGet("/", ModeratedAsync).WithName("ListModeratedReviews").WithSummary("Reviews that were reported, or hidden")
            .ProducesValidationProblem();
        review.MapPut("/{id}/moderation", ModerateAsync).WithName("ModerateReview").WithSummary("Hide a review, or publish it")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);

        var votes = app.MapGroup("/api/reviews/{id}").WithTags("Reviews").RequireAuthorization();
        votes.MapPut("/helpful", HelpfulAsync).WithName("FindHelpful").WithSummary("Find a review helpful")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        votes.MapDelete("/helpful", WithdrawAsync).WithName("FindNoLongerHelpful").WithSummary("Take that back");
        votes.MapPut("/report", ReportAsync).WithName("ReportReview").WithSummary("Ask the shop to look at a review")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <param name="sort">newest (default) or helpful.</param>
    /// <param name="stars">Only reviews with so many, 1 to 5.</param>
    private static async Task<Ok<ReviewPage>> ListAsync(
        long id, string? sort, int? stars, int? limit, string? after, ClaimsPrincipal user, ReviewList reviews,
        CancellationToken cancellationToken)
    {
        new Validator()
            .Check(sort is null or "newest" or "helpful", "sort", "must be newest or helpful")
            .Check(stars is null or (>= 1 and <= 5), "stars", "must be between 1 and 5")
            .Check(limit is null or (>= 1 and <= MaxLimit), "limit", $"must be between 1 and {MaxLimit}")
            .Check(ReviewCursor.TryDecode(after, out var cursor), "after", "is not the next of a page")
            .ThrowIfInvalid();
        var order = sort == "helpful" ? ReviewSort.Helpful : ReviewSort.Newest;
        Guid? reader = user.Identity is { IsAuthenticated: true } ? user.CustomerId() : null;
        var page = await reviews.ReadAsync(id, order, stars, limit ?? DefaultLimit, cursor!, reader, cancellationToken);
        return TypedResults.Ok(page ?? throw ProductProblems.Unknown(id));
    }

    private static async Task<Created<OwnReview>> CreateAsync(
        long id, ReviewInput input, ClaimsPrincipal user, ReviewStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        await store.CreateAsync(id, user.CustomerId(), ReviewRules.Check(input), cancellationToken);
        await cache.OutdateAsync(id);
        var own = await store.FindOwnAsync(id, user.CustomerId(), cancellationToken);
        return TypedResults.Created(FormattableString.Invariant($"/api/products/{id}/reviews/mine"), own);
    }

    private static async Task<Ok<OwnReview>> FindOwnAsync(
        long id, ClaimsPrincipal user, ReviewStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.FindOwnAsync(id, user.CustomerId(), cancellationToken) ?? throw ReviewStore.Unknown());

    private static async Task<Ok<OwnReview>> ChangeAsync(
        long id, ReviewInput input, ClaimsPrincipal user, ReviewStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        await store.ChangeAsync(id, user.CustomerId(), ReviewRules.Check(input), cancellationToken);
        await cache.OutdateAsync(id);
        return await FindOwnAsync(id, user, store, cancellationToken);
    }

    private static async Task<NoContent> DeleteAsync(
        long id, ClaimsPrincipal user, ReviewStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(id, user.CustomerId(), cancellationToken);
        await cache.OutdateAsync(id);
        return TypedResults.NoContent();
    }

    /// <param name="state">reported (default) or hidden.</param>
    private static async Task<Ok<ModeratedPage>> ModeratedAsync(
        string? state, int? limit, string? after, ReviewList reviews, CancellationToken cancellationToken)
    {
        new Validator()
            .Check(state is null or "reported" or "hidden", "state", "must be reported or hidden")
            .Check(limit is null or (>= 1 and <= MaxLimit), "limit", $"must be between 1 and {MaxLimit}")
            .Check(ReviewCursor.TryDecode(after, out var cursor), "after", "is not the next of a page")
            .ThrowIfInvalid();
        return TypedResults.Ok(await reviews.ModeratedAsync(state == "hidden", limit ?? DefaultLimit, cursor!, cancellationToken));
    }

    private static async Task<NoContent> ModerateAsync(
        long id, ModerationInput input, ClaimsPrincipal user, ReviewStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        var (state, reason) = ReviewRules.Check(input);
        await cache.OutdateAsync(await store.ModerateAsync(id, state, reason, user.CustomerId(), cancellationToken));
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> HelpfulAsync(long id, ClaimsPrincipal user, ReviewStore store, CancellationToken cancellationToken)
    {
        await store.VoteAsync(id, user.CustomerId(), "helpful", cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> WithdrawAsync(long id, ClaimsPrincipal user, ReviewStore store, CancellationToken cancellationToken)
    {
        await store.WithdrawAsync(id, user.CustomerId(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ReportAsync(long id, ClaimsPrincipal user, ReviewStore store, CancellationToken cancellationToken)
    {
        await store.VoteAsync(id, user.CustomerId(), "report", cancellationToken);
        return TypedResults.NoContent();
    }
}
