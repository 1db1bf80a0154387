using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Checkout;

/// <summary>One line that somebody wants; without a SKU the product's default variant.</summary>
internal sealed record LineRequest(long? ProductId, int? Quantity, string? Sku = null);

/// <summary>What a client sends: one product, a list of them, or nothing for the cart. <c>expectedTotal</c> is in major units, after the discount.</summary>
internal sealed record PlaceOrderRequest(
    long? ProductId, int? Quantity, IReadOnlyList<LineRequest?>? Items, decimal? ExpectedTotal, string? Sku = null, string? Coupon = null);

/// <summary>A quantity of a variant; the lines of a draft are merged and in order of product and SKU.</summary>
internal sealed record DraftLine(long ProductId, int Quantity, string? Sku = null);

/// <summary>A request that was found valid. Null lines stand for the cart; the expected total is in minor units, the coupon in upper case.</summary>
internal sealed record OrderDraft(IReadOnlyList<DraftLine>? Lines, long? ExpectedTotal, string? Coupon = null)
{
    public const int MaxLines = 50;
    public const int MaxQuantity = 1000;

    /// <summary>SHA-256 over what the request means, so that spaces, order of members or unknown members change nothing.</summary>
    public byte[] BodyHash()
    {
        var text = new StringBuilder("order/1");
        text.Append(CultureInfo.InvariantCulture, $"|{(Lines is null ? "cart" : "lines")}");
        foreach (var line in Lines ?? [])
        {
            text.Append(CultureInfo.InvariantCulture, $"|{line.ProductId}x{line.Quantity}").Append(line.Sku is null ? "" : $"@{line.Sku}");
        }

        text.Append(CultureInfo.InvariantCulture, $"|={ExpectedTotal}").Append(Coupon is null ? "" : $"|%{Coupon}");
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <exception cref="ProblemException">400 with every field that is wrong.</exception>
    public static OrderDraft From(PlaceOrderRequest request)
    {
        var validator = new Validator();
        var single = request.ProductId is not null || request.Quantity is not null || request.Sku is not null;
        validator.Check(!single || request.Items is null, "items", "must not be given together with productId and quantity");
        validator.Check(request.Items is null or { Count: >= 1 and <= MaxLines }, "items", $"must hold 1 to {MaxLines} lines");
        IReadOnlyList<LineRequest?>? wanted = single ? [new(request.ProductId, request.Quantity, request.Sku)] : request.Items;
        var lines = new SortedDictionary<(long ProductId, string Sku), long>();
        for (var i = 0; i < Math.Min(wanted?.Count ?? 0, MaxLines); i++)
        {
            AddLine(validator, lines, wanted![i], single ? "" : string.Create(CultureInfo.InvariantCulture, $"items[{i}]."));
        }

        long? expected = null;
        if (request.ExpectedTotal is { } major)
        {
            validator.Check(Money.TryToMinor(major, out var minor), "expectedTotal", "must be an amount with at most two decimals");
            expected = minor;
        }

        validator.Check(request.Coupon is null || Checkout.Coupon.IsValid(request.Coupon), "coupon", Checkout.Coupon.Rule);
        validator.ThrowIfInvalid();
        return new(wanted is null ? null : [.. lines.Select(line => new DraftLine(line.Key.ProductId, (int)line.Value, line.Key.Sku.Length == 0 ? null : line.Key.Sku))], expected,
            request.Coupon is null ? null : Checkout.Coupon.Normal(request.Coupon));
    }

    private static void AddLine(
        Validator validator, SortedDictionary<(long ProductId, string Sku), long> lines, LineRequest? line, string prefix)
    {
        var product = line?.ProductId ?? 0;
        var quantity = line?.Quantity ?? 0;
        validator.Check(product > 0, prefix + "productId", "must be a positive integer");
        validator.Check(quantity is >= 1 and <= MaxQuantity, prefix + "quantity", $"must be between 1 and {MaxQuantity}");
        validator.Check(line?.Sku is null || Sku.IsValid(line.Sku), prefix + "sku", Sku.Rule);
        var key = (product, line?.Sku ?? "");
        var sum = lines.GetValueOrDefault(key) + quantity;
        lines[key] = sum;
        validator.Check(sum <= MaxQuantity || quantity > MaxQuantity, prefix + "quantity", $"must add up to at most {MaxQuantity} for one product");
    }
}
