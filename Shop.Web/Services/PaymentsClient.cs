namespace Shop.Web.Services;

public sealed class PaymentsClient(HttpClient http) : ServiceClient(http, "payments")
{
    /// <summary>Starts a payment. Repeating it with the same key answers the same payment.</summary>
    public async Task<Payment> StartAsync(Guid orderId, string method, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/payments")
        {
            Headers = { { "Idempotency-Key", key } },
            Content = JsonContent.Create(new StartPayment(orderId, method), WebJson.Default.StartPayment),
        };
        return await SendAsync(request, WebJson.Default.Payment, cancellationToken);
    }

    public Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync($"/api/payments/{id:D}", WebJson.Default.Payment, cancellationToken);
}

/// <summary>How an order can be paid: the sandbox provider's behaviours, which a test shop offers openly.</summary>
public static class PaymentMethods
{
    public const string Default = "sandbox";

    public static readonly IReadOnlyList<string> All = [Default, "sandbox-slow", "sandbox-decline", "sandbox-repeat", "sandbox-silent"];
}
