using Shop.Orders.Sharding;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Payments;

/// <summary>Who wants to pay.</summary>
internal sealed record StartPaymentRequest(Guid? CustomerId);

internal static class PaymentsRegistration
{
    /// <summary>What Orders sends and receives. News of a payment goes to the shard of its order.</summary>
    public static void AddOrderMessaging(this WebApplicationBuilder builder, int shards)
    {
        builder.Services.AddScoped<StartPayment>();
        builder.AddMessaging(messaging => messaging
            .Publish("order-placed", OrdersJson.Default.OrderPlaced, optional: true)
            .Publish("order-paid", OrdersJson.Default.OrderPaid)
            .Publish("order-cancelled", OrdersJson.Default.OrderCancelled)
            .Publish("order-expired", OrdersJson.Default.OrderExpired)
            .Publish("refund-requested", OrdersJson.Default.RefundRequested)
            .Consume<PaymentSucceeded, PaymentSucceededHandler>(
                "payment-succeeded", OrdersJson.Default.PaymentSucceeded, message => Shards.IndexOf(message.OrderId, shards))
            .Consume<PaymentFailed, PaymentFailedHandler>(
                "payment-failed", OrdersJson.Default.PaymentFailed, message => Shards.IndexOf(message.OrderId, shards)));
    }

    public static void MapPaymentStart(this IEndpointRouteBuilder app) =>
        app.MapInternal("payments").MapPost("/orders/{orderId:guid}/payments/{paymentId:guid}", StartAsync);

    private static async Task<IResult> StartAsync(
        Guid orderId, Guid paymentId, StartPaymentRequest body, StartPayment start, CancellationToken cancellationToken) =>
        TypedResults.Ok(await start.RunAsync(
            orderId, paymentId, body.CustomerId ?? throw Problem.Validation("customerId", "is required"), cancellationToken));
}
