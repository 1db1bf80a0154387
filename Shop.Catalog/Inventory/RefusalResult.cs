using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Shop.Catalog.Inventory;

/// <summary>
/// A refused reservation as problem+json, the same as <see cref="RefusalProblems.ToProblem"/> makes, and without an exception:
/// in a rush on what is sold out, refusing is most of the work.
/// </summary>
/// <param name="line">What was asked for of the refused variant; null when the refusal is about the whole order.</param>
internal sealed class RefusalResult(StockOutcome outcome, ReservationRequestLine? line) : IResult
{
    private const string ConflictType = "https://tools.ietf.org/html/rfc9110#section-15.5.10";
    private const string NotFoundType = "https://tools.ietf.org/html/rfc9110#section-15.5.5";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var unknown = outcome.Refusal is Refusal.ProductUnknown;
        var response = httpContext.Response;
        response.StatusCode = unknown ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict;
        response.ContentType = "application/problem+json";
        var body = new ArrayBufferWriter<byte>(512);
        Write(body, unknown, Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier);
        response.ContentLength = body.WrittenCount;
        await response.Body.WriteAsync(body.WrittenMemory, httpContext.RequestAborted);
    }

    private void Write(ArrayBufferWriter<byte> body, bool unknown, string traceId)
    {
        var problem = outcome.ToProblem(line);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("type", unknown ? NotFoundType : ConflictType);
        json.WriteString("title", unknown ? "Not Found" : "Conflict");
        json.WriteNumber("status", problem.Status);
        json.WriteString("detail", problem.Message);
        json.WriteString("code", problem.Code);
        foreach (var (name, value) in problem.Extensions)
        {
            if (value is string text) json.WriteString(name, text);
            else json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
        }
        json.WriteString("traceId", traceId);
        json.WriteEndObject();
    }
}
