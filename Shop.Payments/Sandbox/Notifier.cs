using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Shop.Payments.Notifications;

namespace Shop.Payments.Sandbox;

/// <summary>
/// Carries charges to their outcome and tells the shop, signed. A notification that is not answered with 2xx is sent
/// again after 1, 2, 4, 8 and 16 s, then given up: finding it is reconciliation's work.
/// </summary>
internal sealed partial class Notifier(
    IHttpClientFactory clients, NotificationSignature signature, TimeProvider time, ILogger<Notifier> logger) : BackgroundService
{
    private const int Tries = 6;
    private const int InFlight = 10_000;

    private static readonly ActivitySource Source = new("Shop.Sandbox");

    private readonly Channel<Charge> _charges = Channel.CreateBounded<Charge>(InFlight);
    private readonly SemaphoreSlim _slots = new(InFlight);

    /// <summary>False when too many charges are under way.</summary>
    public bool TryEnqueue(Charge charge) => _charges.Writer.TryWrite(charge);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var charge in _charges.Reader.ReadAllAsync(stoppingToken))
        {
            await _slots.WaitAsync(stoppingToken);
            _ = CarryAsync(charge, stoppingToken);
        }
    }

    private async Task CarryAsync(Charge charge, CancellationToken cancellationToken)
    {
        try
        {
            if (charge.Status == "refunded")
            {
                await NotifyAsync(charge, ProviderEvent.RefundSucceeded, cancellationToken);
                return;
            }
            await Task.Delay(charge.Plan.Delay, time, cancellationToken);
            ChargeBook.Move(charge, "pending", charge.Plan.Decline ? "declined" : "succeeded");
            for (var i = 0; i < charge.Plan.Notifications; i++)
                await NotifyAsync(charge, charge.Plan.Decline ? ProviderEvent.ChargeDeclined : ProviderEvent.ChargeSucceeded, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down: what was not told is found by reconciliation.
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task NotifyAsync(Charge charge, string type, CancellationToken cancellationToken)
    {
        using var activity = Source.StartActivity($"notify {type}", ActivityKind.Internal, charge.Trace);
        var request = charge.Request;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ProviderEvent($"{request.PaymentId:D}/{type}", type, request.PaymentId, request.Amount, request.Currency),
            PaymentsJson.Default.ProviderEvent);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await TrySendAsync(request.NotifyUrl, body, cancellationToken))
                return;
            await Task.Delay(TimeSpan.FromSeconds(1 << attempt), time, cancellationToken);
        }
        GivenUp(type, request.PaymentId);
    }

    private async Task<bool> TrySendAsync(Uri url, byte[] body, CancellationToken cancellationToken)
    {
        var (timestamp, signatures) = signature.Sign(body);
        using var message = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            Headers = { { NotificationSignature.TimestampHeader, timestamp }, { NotificationSignature.SignatureHeader, signatures } },
        };
        try
        {
            using var http = clients.CreateClient("notifications");
            using var response = await http.SendAsync(message, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            NotDelivered(url, error);
            return false;
        }
    }

    public override void Dispose()
    {
        _slots.Dispose();
        base.Dispose();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Type} of payment {PaymentId} was not taken in 6 tries")]
    private partial void GivenUp(string type, Guid paymentId);

    [LoggerMessage(2, LogLevel.Information, "{Url} did not take a notification")]
    private partial void NotDelivered(Uri url, Exception error);
}
