using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Polly;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Checkout;

/// <summary>Catalog refused a reservation of this order id as already closed, or as another one.</summary>
internal sealed class ReservationRefusedException(ReservationRefusal refusal) : Exception(refusal.Detail)
{
    public ReservationRefusal Refusal { get; } = refusal;
}

/// <summary>Catalog's internal reservations.</summary>
internal sealed partial class CatalogReservations(HttpClient http, OrdersMetrics metrics, ILogger<CatalogReservations> logger)
{
    /// <summary>Reserves stock for an order; repeating it is harmless.</summary>
    /// <exception cref="ProblemException">409 <c>sold_out</c>, <c>limit_reached</c> or <c>coupon_…</c>, 404 <c>product_unknown</c> or <c>coupon_unknown</c>, 503 <c>catalog_unavailable</c>.</exception>
    /// <exception cref="ReservationRefusedException">The order id is in use for something else, or used up.</exception>
    public async Task<Reservation> ReserveAsync(ReservationRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/internal/reservations")
        {
            Content = JsonContent.Create(request, OrdersJson.Default.ReservationRequest),
        };
        // The header tells the resilience handler that this request may be repeated.
        message.Headers.Add(IdempotencyKey.Header, string.Create(CultureInfo.InvariantCulture, $"{request.OrderId:D}.{request.Revision}"));
        try
        {
            using var response = await http.SendAsync(message, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadFromJsonAsync(OrdersJson.Default.Reservation, cancellationToken) ?? throw new JsonException("empty answer")
                : throw await RefusalAsync(response, cancellationToken);
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken))
        {
            LogUnreachable(e, request.OrderId);
            throw Unavailable();
        }
    }

    /// <summary>
    /// Gives back what the order holds, as far as possible now; if Catalog is away, an outbox message or the end of the
    /// lease does it later. With a revision only reservations up to that one are closed.
    /// </summary>
    public async Task ReleaseAsync(Guid orderId, int? revision, CancellationToken cancellationToken)
    {
        try
        {
            var query = revision is { } r ? string.Create(CultureInfo.InvariantCulture, $"?revision={r}") : "";
            using var message = new HttpRequestMessage(HttpMethod.Delete, $"/internal/reservations/{orderId:D}{query}");
            message.Headers.Add(IdempotencyKey.Header, string.Create(CultureInfo.InvariantCulture, $"{orderId:D}.release.{revision}"));
            using var response = await http.SendAsync(message, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken))
        {
            LogNotReleased(e, orderId);
        }
    }

    public static ProblemException Unavailable() =>
        new(StatusCodes.Status503ServiceUnavailable, "catalog_unavailable", "The catalog does not answer at the moment; please try again.")
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    private async Task<Exception> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.NotFound))
        {
            return new HttpRequestException($"Catalog answered {(int)response.StatusCode}.", null, response.StatusCode);
        }

        var refusal = await response.Content.ReadFromJsonAsync(OrdersJson.Default.ReservationRefusal, cancellationToken);
        metrics.ReservationRefused(refusal?.Code ?? "unknown");
        return refusal?.Code switch
        {
            "sold_out" => new ProblemException(StatusCodes.Status409Conflict, "sold_out", refusal.Detail ?? "There is not enough of this product.")
            {
                Extensions = { ["productId"] = refusal.ProductId, ["sku"] = refusal.Sku, ["available"] = refusal.Available },
            },
            "limit_reached" => new ProblemException(StatusCodes.Status409Conflict, "limit_reached", refusal.Detail ?? "A customer may have only so many of this product.")
            {
                Extensions = { ["productId"] = refusal.ProductId, ["sku"] = refusal.Sku, ["limit"] = refusal.Limit, ["left"] = refusal.Left },
            },
            "product_unknown" => new ProblemException(StatusCodes.Status404NotFound, "product_unknown", refusal.Detail ?? "There is no such product.", "productId")
            {
                Extensions = { ["productId"] = refusal.ProductId, ["sku"] = refusal.Sku },
            },
            "coupon_unknown" or "coupon_not_valid" or "coupon_minimum" or "coupon_used_up" or "coupon_limit" => CouponRefusal(response, refusal),
            "reservation_conflict" or "reservation_closed" => new ReservationRefusedException(refusal),
            _ => new HttpRequestException($"Catalog answered {(int)response.StatusCode} {refusal?.Code}.", null, response.StatusCode),
        };
    }

    private static ProblemException CouponRefusal(HttpResponseMessage response, ReservationRefusal refusal)
    {
        var problem = new ProblemException((int)response.StatusCode, refusal.Code!, refusal.Detail ?? "The coupon cannot be used.", "coupon");
        if (refusal.Minimum is { } minimum) problem.Extensions["minimum"] = Money.ToMajor(minimum);
        if (refusal.Limit is { } limit) problem.Extensions["limit"] = limit;
        return problem;
    }

    private static bool IsUnreachable(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or JsonException or ExecutionRejectedException or IOException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    [LoggerMessage(1, LogLevel.Warning, "Catalog did not answer a reservation for order {OrderId}")]
    private partial void LogUnreachable(Exception exception, Guid orderId);

    [LoggerMessage(2, LogLevel.Warning, "The reservation of order {OrderId} was not released at once")]
    private partial void LogNotReleased(Exception exception, Guid orderId);
}
