using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Shop.Web.Services;

namespace Shop.Web.Checkouts;

/// <summary>The forms that order, pay and cancel. Each ends in a redirect, so that reloading sends nothing twice.</summary>
public static class CheckoutForms
{
    public static void MapCheckoutForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("").RequireAuthorization().ExcludeFromDescription();
        forms.MapPost("/checkout/place", PlaceAsync);
        forms.MapPost("/orders/{id:guid}/pay", PayAsync);
        forms.MapPost("/orders/{id:guid}/cancel", CancelAsync);
    }

    private static async Task<IResult> PlaceAsync(
        [FromForm(Name = "Key")] string key, [FromForm(Name = "ExpectedTotal")] string expectedTotal, [FromForm(Name = "Method")] string method,
        [FromForm(Name = "Coupon")] string? coupon, OrdersClient orders, PaymentsClient payments, CancellationToken cancellationToken)
    {
        coupon = CouponCode.Of(coupon);
        if (!IdempotencyKey.IsWellFormed(key) || (coupon is not null && !CouponCode.IsWellFormed(coupon)) || !PaymentMethods.All.Contains(method)
            || !decimal.TryParse(expectedTotal, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var total))
            return Results.BadRequest();
        try
        {
            var order = await orders.PlaceAsync(total, coupon, key, cancellationToken);
            return await StartPaymentAsync(order.Id, method, key, payments, cancellationToken);
        }
        catch (ApiException refusal)
        {
            return Results.LocalRedirect($"/checkout?problem={Uri.EscapeDataString(refusal.Code)}&product={refusal.Problem.ProductId}{With(coupon)}");
        }
        catch (ServiceAwayException)
        {
            // The order may have been placed: with its own key, trying again cannot place a second one.
            return Results.LocalRedirect($"/checkout?problem=orders_away&key={key}{With(coupon)}");
        }
    }

    private static string With(string? coupon) => coupon is null ? "" : "&coupon=" + coupon;

    private static async Task<IResult> PayAsync(
        Guid id, [FromForm(Name = "Key")] string key, [FromForm(Name = "Method")] string method,
        PaymentsClient payments, CancellationToken cancellationToken) =>
        IdempotencyKey.IsWellFormed(key) && PaymentMethods.All.Contains(method)
            ? await StartPaymentAsync(id, method, key, payments, cancellationToken)
            : Results.BadRequest();

    // Reading the form makes the framework check the antiforgery token.
    private static async Task<IResult> CancelAsync(
        Guid id, [FromForm] IFormCollection form, OrdersClient orders, CancellationToken cancellationToken)
    {
        try
        {
            await orders.CancelAsync(id, cancellationToken);
            return Results.LocalRedirect($"/orders/{id:D}");
        }
        catch (ApiException refusal)
        {
            return Results.LocalRedirect($"/orders/{id:D}?problem={Uri.EscapeDataString(refusal.Code)}");
        }
    }

    // The order stands whether or not its payment could be started: its page offers to pay again.
    private static async Task<IResult> StartPaymentAsync(
        Guid orderId, string method, string key, PaymentsClient payments, CancellationToken cancellationToken)
    {
        try
        {
            var payment = await payments.StartAsync(orderId, method, key + "-pay", cancellationToken);
            return Results.LocalRedirect($"/orders/{orderId:D}?payment={payment.Id:D}");
        }
        catch (ApiException refusal)
        {
            return Results.LocalRedirect($"/orders/{orderId:D}?problem={Uri.EscapeDataString(refusal.Code)}");
        }
        catch (ServiceAwayException)
        {
            return Results.LocalRedirect($"/orders/{orderId:D}?problem=payments_away&key={key}");
        }
    }
}
