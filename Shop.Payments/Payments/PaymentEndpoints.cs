using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.Payments.Provider;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Payments;

internal sealed record StartPaymentRequest(Guid? OrderId, string? Method);

/// <summary><paramref name="Amount"/> is in major units; null until the order is frozen.</summary>
internal sealed record PaymentResponse(Guid Id, string Status, Guid OrderId, string Method, decimal? Amount, string? Currency)
{
    public static PaymentResponse From(Payment payment) => new(payment.Id, Payment.Name(payment.Status), payment.OrderId, payment.Method,
        payment.Amount is { } amount ? Money.ToMajor(amount) : null, payment.Currency);
}

/// <summary>Payments of the customer who is logged in.</summary>
internal static class PaymentEndpoints
{
    public static void MapPayments(this WebApplication app)
    {
        var group = app.MapGroup("/api/payments").WithTags("Payments").RequireAuthorization();
        group.MapPost("/", StartAsync).WithName("StartPayment").WithSummary("Pay an order; the outcome arrives later");
        group.MapGet("/{id:guid}", FindAsync).WithName("GetPayment").WithSummary("One of your payments");
    }

    private static async Task<Accepted<PaymentResponse>> StartAsync(
        StartPaymentRequest request, [FromHeader(Name = "Idempotency-Key")] string? key, ClaimsPrincipal user,
        PaymentStore store, PaymentStarter starter, CancellationToken cancellationToken)
    {
        Validate(request, key);
        var customer = user.CustomerId();
        var payment = await store.CreateAsync(PaymentId.Create(customer, key), customer, request.OrderId!.Value, request.Method!, cancellationToken);
        if (payment.CustomerId != customer || payment.OrderId != request.OrderId || payment.Method != request.Method)
            throw new ProblemException(422, "idempotency_key_reused", "This Idempotency-Key belongs to a payment of another order or method.", "Idempotency-Key");
        payment = await starter.AdvanceAsync(payment, cancellationToken);
        return TypedResults.Accepted($"/api/payments/{payment.Id:D}", PaymentResponse.From(payment));
    }

    private static async Task<Ok<PaymentResponse>> FindAsync(Guid id, ClaimsPrincipal user, PaymentStore store, CancellationToken cancellationToken) =>
        await store.FindOwnAsync(id, user.CustomerId(), cancellationToken) is { } payment
            ? TypedResults.Ok(PaymentResponse.From(payment))
            : throw new ProblemException(404, "payment_unknown", "There is no such payment.");

    private static void Validate(StartPaymentRequest request, string? key)
    {
        var validator = new Validator();
        validator.Check(request.OrderId is { } order && order != Guid.Empty, "orderId", "is required");
        validator.Check(request.Method is not null && SandboxMethods.All.Contains(request.Method), "method",
            $"must be one of {string.Join(", ", SandboxMethods.All)}");
        validator.Check(key is null || (key.Length is > 0 and <= 255 && !key.Any(char.IsControl)), "Idempotency-Key",
            "must have 1 to 255 characters, none of them a control character");
        validator.ThrowIfInvalid();
    }
}
