using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Payments.Provider;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Sandbox;

/// <summary>The sandbox provider's API.</summary>
internal static class SandboxEndpoints
{
    public static void MapSandbox(this WebApplication app)
    {
        app.MapPost("/charges", Charge).WithName("Charge").WithSummary("Ask for a charge; idempotent by payment id");
        app.MapGet("/charges/{paymentId:guid}", Find).WithName("GetCharge").WithSummary("What became of a charge");
        app.MapPost("/refunds", Refund).WithName("Refund").WithSummary("Give the money back; idempotent");
        app.MapGet("/dials", (Dials dials) => TypedResults.Ok(dials.Value)).WithName("GetDials").WithSummary("How the provider misbehaves");
        app.MapPut("/dials", SetDials).WithName("SetDials").WithSummary("Make the provider misbehave");
    }

    private static Accepted<ChargeResponse> Charge(ChargeRequest request, ChargeBook book, Notifier notifier, Dials dials)
    {
        dials.FailPerhaps();
        Validate(request);
        if (!book.TryAdd(request, () => dials.Plan(request.Method), out var charge, out var added))
            throw Busy();
        if (added && !notifier.TryEnqueue(charge))
        {
            // A charge that nobody carries must not be found by the retry.
            book.Remove(charge);
            throw Busy();
        }
        CheckSame(charge, request);
        return TypedResults.Accepted($"/charges/{request.PaymentId:D}", charge.Response);
    }

    private static Ok<ChargeResponse> Find(Guid paymentId, ChargeBook book, Dials dials)
    {
        dials.FailPerhaps();
        var charge = book.Find(paymentId) ?? throw new ProblemException(404, "charge_unknown", "There is no such charge.", "paymentId");
        return TypedResults.Ok(charge.Response);
    }

    private static Accepted<ChargeResponse> Refund(RefundRequest request, ChargeBook book, Notifier notifier, Dials dials)
    {
        dials.FailPerhaps();
        // Of a charge from before the last restart only the shop knows; its money went back then.
        var asCharged = new ChargeRequest(request.PaymentId, request.Amount, request.Currency, SandboxMethods.Normal, request.NotifyUrl);
        Validate(asCharged);
        if (!book.TryAdd(asCharged, () => dials.Plan(asCharged.Method), out var charge, out var added))
            throw Busy();
        CheckSame(charge, asCharged);
        if (added)
            ChargeBook.Move(charge, "pending", "refunded");
        else if (!ChargeBook.Move(charge, "succeeded", "refunded") && charge.Status != "refunded")
            throw new ProblemException(409, "not_charged", $"The charge is {charge.Status}.");
        // Asked again means that our notification was lost.
        if (!notifier.TryEnqueue(charge))
            throw Busy();
        return TypedResults.Accepted($"/charges/{request.PaymentId:D}", charge.Response);
    }

    private static Ok<SandboxDials> SetDials(SandboxDials settings, Dials dials)
    {
        var validator = new Validator();
        foreach (var name in settings.Invalid())
            validator.Check(false, name, "is out of range");
        validator.ThrowIfInvalid();
        dials.Value = settings;
        return TypedResults.Ok(settings);
    }

    private static ProblemException Busy() => new(503, "busy", "Too many charges are under way.");

    private static void Validate(ChargeRequest request)
    {
        var validator = new Validator();
        validator.Check(request.PaymentId != Guid.Empty, "paymentId", "is required");
        validator.Check(request.Amount > 0, "amount", "must be positive");
        validator.Check(request.Currency is { Length: 3 }, "currency", "must be an ISO 4217 code");
        validator.Check(SandboxMethods.All.Contains(request.Method), "method", "is unknown");
        validator.Check(request.NotifyUrl is { IsAbsoluteUri: true, Scheme: "http" or "https" }, "notifyUrl", "must be an http or https address");
        validator.ThrowIfInvalid();
    }

    private static void CheckSame(Charge charge, ChargeRequest request)
    {
        if (charge.Request.Amount != request.Amount || charge.Request.Currency != request.Currency)
            throw new ProblemException(409, "charge_differs", "This payment was charged with another amount.", "amount");
    }
}
