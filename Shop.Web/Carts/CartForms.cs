using Microsoft.AspNetCore.Mvc;
using Shop.Web.Services;

namespace Shop.Web.Carts;

/// <summary>The forms that change the cart. Each ends in a redirect to the cart.</summary>
public static class CartForms
{
    /// <summary>Most units of one product in a cart.</summary>
    public const int MaximumQuantity = 1000;

    public static void MapCartForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("/cart").AllowAnonymous().ExcludeFromDescription();
        forms.MapPost("/add", AddAsync);
        forms.MapPost("/update", UpdateAsync);
        forms.MapPost("/remove", RemoveAsync);
    }

    // An empty SKU means the default variant, as in a form of a product that has no other.
    private static Task<IResult> AddAsync(
        [FromForm] long productId, [FromForm] string? sku, [FromForm] int quantity, HttpContext context, OrdersClient orders,
        CancellationToken cancellationToken) =>
        ChangeAsync(productId, "added", () =>
        {
            if (!IsLoggedIn(context)) CartCookie.ReadOrCreate(context);
            return orders.AddAsync(productId, Sku(sku), quantity, cancellationToken);
        });

    private static Task<IResult> UpdateAsync(
        [FromForm] long productId, [FromForm] string? sku, [FromForm] int quantity, OrdersClient orders, CancellationToken cancellationToken) =>
        ChangeAsync(productId, "changed", () => orders.SetQuantityAsync(productId, Sku(sku), quantity, cancellationToken));

    private static Task<IResult> RemoveAsync(
        [FromForm] long productId, [FromForm] string? sku, OrdersClient orders, CancellationToken cancellationToken) =>
        ChangeAsync(productId, "removed", () => orders.RemoveAsync(productId, Sku(sku), cancellationToken));

    private static string? Sku(string? given) => string.IsNullOrEmpty(given) ? null : given;

    private static async Task<IResult> ChangeAsync(long productId, string done, Func<Task> change)
    {
        try
        {
            await change();
            return Results.LocalRedirect($"/cart?{done}={productId}");
        }
        catch (ApiException refusal)
        {
            return Results.LocalRedirect($"/cart?problem={Uri.EscapeDataString(refusal.Code)}&product={productId}");
        }
    }

    private static bool IsLoggedIn(HttpContext context) => context.User.Identity is { IsAuthenticated: true };
}
