using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Notifications;

/// <summary>Where providers tell us what became of a charge. Anonymous: the signature is the credential.</summary>
internal static class NotificationEndpoints
{
    /// <summary>More than any provider's event needs.</summary>
    private const int MaxBodyBytes = 64 * 1024;

    public static void MapNotifications(this WebApplication app) =>
        app.MapPost("/api/payments/notifications/{provider}", ReceiveAsync)
            .AllowAnonymous()
            .WithTags("Payments")
            .WithName("ReceiveNotification")
            .WithSummary("A payment provider's signed notification")
            .Accepts<ProviderEvent>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));

    private static async Task<NoContent> ReceiveAsync(
        string provider, HttpRequest request, NotificationSignature signature, ProviderEvents events, PaymentsMetrics metrics,
        CancellationToken cancellationToken)
    {
        if (provider != "sandbox")
            throw new ProblemException(404, "provider_unknown", "There is no such payment provider.", "provider");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        var bytes = body.ToArray();
        if (!signature.Verify(request.Headers[NotificationSignature.TimestampHeader], request.Headers[NotificationSignature.SignatureHeader], bytes))
        {
            metrics.NotificationRefused();
            throw new ProblemException(401, "invalid_signature", "The signature does not match, or its time stamp is more than 300 s off.");
        }
        await events.ApplyAsync(Parse(bytes), cancellationToken);
        return TypedResults.NoContent();
    }

    private static ProviderEvent Parse(byte[] body)
    {
        ProviderEvent? notification;
        try
        {
            notification = JsonSerializer.Deserialize(body, PaymentsJson.Default.ProviderEvent);
        }
        catch (JsonException error)
        {
            throw new ProblemException(400, "malformed", "The body is not a notification.", error.Path);
        }
        var validator = new Validator();
        validator.Check(notification?.EventId is { Length: > 0 and <= 200 } id && !id.Contains('\0'), "eventId", "must have 1 to 200 characters");
        validator.Check(notification?.Type is ProviderEvent.ChargeSucceeded or ProviderEvent.ChargeDeclined or ProviderEvent.RefundSucceeded, "type", "is not a known event");
        validator.Check(notification is not null && notification.PaymentId != Guid.Empty, "paymentId", "is required");
        validator.ThrowIfInvalid();
        return notification!;
    }
}
