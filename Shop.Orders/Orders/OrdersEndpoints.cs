using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Orders;

/// <summary>The new quantity of an order of one product.</summary>
internal sealed record ChangeQuantityRequest(int? Quantity);

internal static class OrdersEndpoints
{
    private const int DefaultPage = 20;
    private const int MaxPage = 100;

    public static IServiceCollection AddOrders(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, OrdersJson.Default));
        services.AddSingleton<OrdersMetrics>();
        services.AddSingleton<OrderQueries>();
        services.AddScoped<CancelOrder>();
        services.AddScoped<ChangeQuantity>();
        return services;
    }

    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/orders").WithTags("Orders").RequireAuthorization();
        group.MapGet("/", ListAsync).WithName("ListOrders").WithSummary("Your orders, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/{id:guid}", GetAsync).WithName("GetOrder").WithSummary("One of your orders")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPut("/{id:guid}", ChangeAsync).WithName("ChangeOrder").WithSummary("Change the quantity of an order of one product, before it is paid")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        group.MapDelete("/{id:guid}", CancelAsync).WithName("CancelOrder").WithSummary("Cancel an order that is not being paid")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        app.MapOrderStates();
    }

    /// <summary>404, whether it is somebody else's or nobody's.</summary>
    public static ProblemException Unknown() =>
        new(StatusCodes.Status404NotFound, "order_unknown", "There is no such order.");

    private static async Task<Ok<OrderPage>> ListAsync(
        string? after, int? limit, HttpResponse response, ClaimsPrincipal user, OrderQueries queries, CancellationToken cancellationToken)
    {
        var cursor = OrderCursor.Newest;
        var size = limit ?? DefaultPage;
        var validator = new Validator();
        validator.Check(after is null || OrderCursor.TryParse(after, out cursor), "after", "must be the value of next of an earlier page");
        validator.Check(size is >= 1 and <= MaxPage, "limit", $"must be between 1 and {MaxPage}");
        validator.ThrowIfInvalid();
        var orders = await queries.ListAsync(user.CustomerId(), cursor, size, cancellationToken);
        var next = orders.Count < size ? null : new OrderCursor(orders[^1].CreatedAt, orders[^1].Id).ToString();
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new OrderPage([.. orders.Select(OrderResponse.From)], next));
    }

    private static async Task<Ok<OrderResponse>> GetAsync(
        Guid id, HttpResponse response, ClaimsPrincipal user, OrderQueries queries, CancellationToken cancellationToken)
    {
        var order = await queries.FindAsync(id, user.CustomerId(), cancellationToken) ?? throw Unknown();
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(OrderResponse.From(order));
    }

    private static async Task<Ok<OrderResponse>> ChangeAsync(
        Guid id, ChangeQuantityRequest body, ClaimsPrincipal user, ChangeQuantity change, CancellationToken cancellationToken)
    {
        var quantity = body.Quantity ?? 0;
        var validator = new Validator();
        validator.Check(quantity is >= 1 and <= OrderDraft.MaxQuantity, "quantity", $"must be between 1 and {OrderDraft.MaxQuantity}");
        validator.ThrowIfInvalid();
        var order = await change.RunAsync(id, user.CustomerId(), quantity, cancellationToken) ?? throw Unknown();
        return TypedResults.Ok(OrderResponse.From(order));
    }

    private static async Task<NoContent> CancelAsync(Guid id, ClaimsPrincipal user, CancelOrder cancel, CancellationToken cancellationToken) =>
        await cancel.RunAsync(id, user.CustomerId(), cancellationToken) ? TypedResults.NoContent() : throw Unknown();
}
