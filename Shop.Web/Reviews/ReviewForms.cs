using Microsoft.AspNetCore.Mvc;
using Shop.Web.Services;

namespace Shop.Web.Reviews;

/// <summary>The forms below a product. Each ends in a redirect to the product's reviews.</summary>
public static class ReviewForms
{
    private static readonly string[] Opinions = ["helpful", "report"];

    public static void MapReviewForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("/products/{id:long}/reviews").RequireAuthorization().ExcludeFromDescription();
        forms.MapPost("/write", WriteAsync);
        forms.MapPost("/delete", DeleteAsync);
        forms.MapPost("/{review:long}/judge", JudgeAsync);
    }

    private static Task<IResult> WriteAsync(
        long id, [FromForm] int? stars, [FromForm] string? title, [FromForm] string? body, [FromForm] string? author, ReviewsClient reviews,
        CancellationToken cancellationToken) => TryAsync(
            id, "written", () => reviews.WriteAsync(id, new(stars ?? 0, title ?? "", body, string.IsNullOrWhiteSpace(author) ? null : author), cancellationToken));

    // Reading the form makes the framework check the antiforgery token.
    private static Task<IResult> DeleteAsync(
        long id, [FromForm] IFormCollection form, ReviewsClient reviews, CancellationToken cancellationToken) =>
        TryAsync(id, "deleted", () => reviews.DeleteAsync(id, cancellationToken));

    private static async Task<IResult> JudgeAsync(
        long id, long review, [FromForm] string opinion, ReviewsClient reviews, CancellationToken cancellationToken) =>
        Opinions.Contains(opinion)
            ? await TryAsync(id, opinion, () => reviews.JudgeAsync(review, opinion, cancellationToken))
            : Results.BadRequest();

    private static async Task<IResult> TryAsync(long id, string done, Func<Task> act)
    {
        try
        {
            await act();
            return Results.LocalRedirect($"/products/{id}?review={done}#reviews");
        }
        catch (ApiException refusal)
        {
            return Results.LocalRedirect($"/products/{id}?review-problem={Uri.EscapeDataString(refusal.Problem.Field ?? refusal.Code)}#reviews");
        }
    }
}
