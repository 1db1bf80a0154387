using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Checkout;

/// <summary>The header <c>Idempotency-Key</c>: optional, 1 to 255 characters, none of them a control character.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    public const int MaxLength = 255;

    public static string? Read(HttpRequest request)
    {
        var values = request.Headers[Header];
        if (values.Count == 0)
        {
            return null;
        }

        var key = values.Count == 1 ? values[0] : null;
        var validator = new Validator();
        validator.Check(key is { Length: > 0 and <= MaxLength }, Header, $"must be one value of 1 to {MaxLength} characters");
        validator.Check(key is null || !key.Any(char.IsControl), Header, "must not hold control characters");
        validator.ThrowIfInvalid();
        return key;
    }
}
