using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Cart;

/// <summary>How many of a product shall be in the cart, or be added to it; 0 takes it out. Without a SKU the default variant is meant.</summary>
internal sealed record SetItemRequest(int? Quantity, string? Sku = null);

/// <summary>A browser's cart becomes part of a customer's.</summary>
internal sealed record MergeCartsRequest(string? CartId, Guid? CustomerId);

internal static class CartEndpoints
{
    public static void AddCart(this WebApplicationBuilder builder)
    {
        builder.AddRedis("cache");
        builder.Services.AddOptions<CartOptions>().BindConfiguration(CartOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CartStore>();
        builder.Services.AddHostedService<CartSweeper>();
        builder.Services.AddHttpClient<ProductClient>(client =>
        {
            client.BaseAddress = new("https+http://catalog");
            client.Timeout = TimeSpan.FromSeconds(5);
        });
    }

    public static void MapCart(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/cart").WithTags("Cart").AllowAnonymous();
        group.MapGet("/", GetAsync).WithName("GetCart").WithSummary("Your cart, or that of this browser")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPut("/items/{productId:long}", SetAsync).WithName("SetCartItem").WithSummary("How many of a product are in the cart; 0 takes it out")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/items/{productId:long}", AddAsync).WithName("AddCartItem").WithSummary("More of a product in the cart than there are")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapDelete("/items/{productId:long}", RemoveAsync).WithName("RemoveCartItem").WithSummary("Take a product out of the cart")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapInternal("web").MapPost("/carts/merge", MergeAsync);
    }

    private static async Task<Ok<CartView>> GetAsync(
        HttpContext context, ClaimsPrincipal user, CartStore carts, ProductClient products, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (CartKey.Of(context.Request, user) is not { } cart
            || await LinesOrNoneAsync(carts, cart, cancellationToken) is not { Count: > 0 } lines)
        {
            return TypedResults.Ok(CartView.Empty);
        }

        var found = await products.FindAsync(lines, context.Request.Headers.AcceptLanguage, cancellationToken);
        await ForgetRetiredAsync(carts, cart, lines, found, cancellationToken);
        return TypedResults.Ok(CartView.From(lines, found));
    }

    // A line that is not shown must not stand in the way of ordering the others.
    private static async Task ForgetRetiredAsync(
        CartStore carts, CartKey cart, IReadOnlyList<DraftLine> lines, IReadOnlyDictionary<VariantKey, CatalogVariant> found, CancellationToken cancellationToken)
    {
        var retired = lines.Where(line => !found.ContainsKey(VariantKey.Of(line))).ToList();
        if (retired.Count > 0)
        {
            await carts.TakeOutAsync(cart, retired, cancellationToken);
        }
    }

    private static async Task<NoContent> SetAsync(
        long productId, SetItemRequest body, HttpRequest request, ClaimsPrincipal user, CartStore carts, CancellationToken cancellationToken)
    {
        await carts.SetAsync(Demand(request, user), Line(productId, body, least: 0), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> AddAsync(
        long productId, SetItemRequest body, HttpRequest request, ClaimsPrincipal user, CartStore carts, CancellationToken cancellationToken)
    {
        await carts.AddAsync(Demand(request, user), Line(productId, body, least: 1), cancellationToken);
        return TypedResults.NoContent();
    }

    private static DraftLine Line(long productId, SetItemRequest body, int least)
    {
        var validator = new Validator();
        validator.Check(productId > 0, "productId", "must be a positive integer");
        validator.Check(body.Quantity >= least && body.Quantity <= OrderDraft.MaxQuantity, "quantity", $"must be between {least} and {OrderDraft.MaxQuantity}");
        validator.Check(body.Sku is null || Sku.IsValid(body.Sku), "sku", Sku.Rule);
        validator.ThrowIfInvalid();
        return new(productId, body.Quantity!.Value, body.Sku);
    }

    private static async Task<NoContent> RemoveAsync(
        long productId, string? sku, HttpRequest request, ClaimsPrincipal user, CartStore carts, CancellationToken cancellationToken)
    {
        new Validator().Check(sku is null || Sku.IsValid(sku), "sku", Sku.Rule).ThrowIfInvalid();
        await carts.SetAsync(Demand(request, user), new(productId, 0, sku), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> MergeAsync(MergeCartsRequest body, CartStore carts, CancellationToken cancellationToken)
    {
        var customer = body.CustomerId ?? throw Problem.Validation("customerId", "is required");
        await carts.MergeAsync(CartKey.Anonymous(body.CartId ?? "", "cartId"), CartKey.Of(customer), cancellationToken);
        return TypedResults.NoContent();
    }

    private static CartKey Demand(HttpRequest request, ClaimsPrincipal user) =>
        CartKey.Of(request, user) ?? throw new ProblemException(
            StatusCodes.Status400BadRequest, "cart_id_required", "Log in, or send a cart id.", CartKey.Header);

    // A cart that cannot be read is an empty cart: the page around it works on.
    private static async Task<IReadOnlyList<DraftLine>> LinesOrNoneAsync(CartStore carts, CartKey cart, CancellationToken cancellationToken)
    {
        try
        {
            return await carts.LinesAsync(cart, cancellationToken);
        }
        catch (ProblemException e) when (e.Code == CartStore.UnavailableCode)
        {
            return [];
        }
    }
}
