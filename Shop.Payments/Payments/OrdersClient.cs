using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Payments;

internal sealed record FreezeOrder(Guid CustomerId);

/// <summary>What Orders froze for a payment. <paramref name="Amount"/> is minor units.</summary>
internal sealed record FrozenOrder(Guid OrderId, Guid PaymentId, long Amount, string Currency);

/// <summary>Calls Orders with the key of this service.</summary>
internal sealed class OrdersClient(HttpClient http)
{
    /// <summary>
    /// Freezes the order for this payment; repeating it changes nothing.
    /// </summary>
    /// <exception cref="ProblemException">404 <c>order_unknown</c> or 409 <c>order_not_payable</c>: final.</exception>
    /// <exception cref="HttpRequestException">Orders could not be asked; try again later.</exception>
    public async Task<FrozenOrder> FreezeAsync(Payment payment, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(
            $"internal/orders/{payment.OrderId:D}/payments/{payment.Id:D}", new FreezeOrder(payment.CustomerId),
            PaymentsJson.Default.FreezeOrder, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            throw new ProblemException(404, "order_unknown", "There is no such order.", "orderId");
        if (response.StatusCode == HttpStatusCode.Conflict)
            throw new ProblemException(409, "order_not_payable", await ReasonAsync(response, cancellationToken), "orderId");
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(PaymentsJson.Default.FrozenOrder, cancellationToken)
               ?? throw new HttpRequestException("Orders answered without a body.");
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(cancellationToken));
        return problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString() is { Length: > 0 } text
            ? text
            : "The order cannot be paid now.";
    }
}
