using System.Net;
using System.Net.Http.Json;
using Shop.Payments.Payments;

namespace Shop.Payments.Provider;

/// <summary>Asks for a charge. <paramref name="Amount"/> is minor units.</summary>
internal sealed record ChargeRequest(Guid PaymentId, long Amount, string Currency, string Method, Uri NotifyUrl);

/// <summary><paramref name="Status"/>: <c>pending</c>, <c>succeeded</c>, <c>declined</c> or <c>refunded</c>.</summary>
internal sealed record ChargeResponse(Guid PaymentId, string Status, long Amount, string Currency);

/// <summary>
/// Asks for the money back. <paramref name="Amount"/> is minor units. With all that a charge needs, since a provider that lost its
/// memory must still be able to say that the money went back.
/// </summary>
internal sealed record RefundRequest(Guid PaymentId, long Amount, string Currency, Uri NotifyUrl);

/// <summary>The sandbox provider's API. Charges and refunds are idempotent by payment id, so they may be repeated.</summary>
internal sealed class ProviderClient(HttpClient http)
{
    public async Task ChargeAsync(Payment payment, Uri notificationBaseUrl, CancellationToken cancellationToken)
    {
        var charge = new ChargeRequest(payment.Id, payment.Amount!.Value, payment.Currency!, payment.Method, NotifyUrl(notificationBaseUrl));
        await SendAsync(HttpMethod.Post, "charges", JsonContent.Create(charge, PaymentsJson.Default.ChargeRequest), payment.Id, cancellationToken);
    }

    public async Task RefundAsync(Payment payment, Uri notificationBaseUrl, CancellationToken cancellationToken)
    {
        var refund = new RefundRequest(payment.Id, payment.Amount!.Value, payment.Currency!, NotifyUrl(notificationBaseUrl));
        await SendAsync(HttpMethod.Post, "refunds", JsonContent.Create(refund, PaymentsJson.Default.RefundRequest), payment.Id, cancellationToken);
    }

    /// <summary>What the provider knows of a payment, or null when it never heard of it.</summary>
    public async Task<ChargeResponse?> FindAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"charges/{paymentId:D}", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(PaymentsJson.Default.ChargeResponse, cancellationToken);
    }

    private static Uri NotifyUrl(Uri baseUrl) => new(baseUrl, "/api/payments/notifications/sandbox");

    // The key tells the resilience handler that this POST may be retried.
    private async Task SendAsync(HttpMethod method, string path, HttpContent content, Guid paymentId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content, Headers = { { "Idempotency-Key", paymentId.ToString("D") } } };
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
