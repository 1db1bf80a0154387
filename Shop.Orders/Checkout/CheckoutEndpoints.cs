using System.Security.Claims;
using Shop.Orders.Orders;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Internal;

namespace Shop.Orders.Checkout;

internal static class CheckoutEndpoints
{
    public static IServiceCollection AddCheckout(this IServiceCollection services)
    {
        services.AddSingleton(System.Security.Cryptography.RandomNumberGenerator.Create());
        services.AddSingleton<PlacementStore>();
        services.AddScoped<PlaceOrder>();
        services.AddHttpClient<CatalogReservations>(client =>
        {
            client.BaseAddress = new("https+http://catalog");
            client.Timeout = TimeSpan.FromSeconds(5);
        }).AddCallerKey();
        return services;
    }

    public static void MapCheckout(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/orders").WithTags("Orders").RequireAuthorization()
            .MapPost("/", PlaceAsync)
            .WithName("PlaceOrder")
            .WithSummary("Place an order of one product, of several, or of the cart")
            .WithDescription("With the header Idempotency-Key a repeat within 24 hours gets the answer of the first request.")
            .Produces<OrderResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> PlaceAsync(
        PlaceOrderRequest body, HttpContext context, ClaimsPrincipal user, PlaceOrder place, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Read(context.Request);
        var answer = await place.RunAsync(user.CustomerId(), OrderDraft.From(body), key, cancellationToken);
        context.Response.Headers.Location = $"/api/orders/{answer.OrderId:D}";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status201Created;
        return TypedResults.Bytes(answer.Body, "application/json; charset=utf-8");
    }
}
