using Microsoft.AspNetCore.Mvc;
using Shop.Web.Services;

namespace Shop.Web.Subscriptions;

/// <summary>The form of a sold-out product. It ends in a redirect to the product.</summary>
public static class SubscriptionForms
{
    public static void MapSubscriptionForms(this IEndpointRouteBuilder app) =>
        app.MapPost("/products/{id:long}/wait", AddAsync).RequireAuthorization().ExcludeFromDescription();

    // An empty SKU means the default variant, as in the form of a product that has no other.
    private static async Task<IResult> AddAsync(
        long id, [FromForm] string? sku, SubscriptionsClient subscriptions, CancellationToken cancellationToken)
    {
        try
        {
            await subscriptions.AddAsync(id, string.IsNullOrEmpty(sku) ? null : sku, cancellationToken);
            return Results.LocalRedirect($"/products/{id}?wait=done#wait");
        }
        catch (ApiException refusal)
        {
            return Results.LocalRedirect($"/products/{id}?wait-problem={Uri.EscapeDataString(refusal.Code)}#wait");
        }
    }
}
