using System.Security.Cryptography;
using System.Text;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <param name="Counted">Units that lie in the warehouse, those that orders hold included.</param>
public sealed record CountRequest(string? Sku, int? Counted, string? Reason)
{
    public void Validate() => new Validator()
        .Check(Sku is not null && Skus.IsValid(Sku), "sku", Skus.Rule)
        .Check(Counted is >= 0 and <= GoodsReceipt.MaxOnHand, "counted", $"must be between 0 and {GoodsReceipt.MaxOnHand}")
        .Text(Reason, "reason", InventoryRules.MaxReason)
        .ThrowIfInvalid();

    /// <summary>Tells a repeat from another request with the same key.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes($"count|{Sku}|{Counted}|{Reason}"));
}

public sealed record DamageRequest(string? Sku, int? Quantity, string? Reason)
{
    public void Validate() => new Validator()
        .Check(Sku is not null && Skus.IsValid(Sku), "sku", Skus.Rule)
        .Check(Quantity is >= 1 and <= GoodsReceipt.MaxOnHand, "quantity", $"must be between 1 and {GoodsReceipt.MaxOnHand}")
        .Text(Reason, "reason", InventoryRules.MaxReason)
        .ThrowIfInvalid();

    /// <summary>Tells a repeat from another request with the same key.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes($"{Sku}|{Quantity}|{Reason}"));
}

/// <param name="Difference">What the request changed in <paramref name="OnHand"/>.</param>
public sealed record StockCount(string Sku, long ProductId, int OnHand, int Reserved, int Available, int Difference);

public sealed record ReturnRequest(Guid OrderId, IReadOnlyList<ReservationRequestLine>? Lines, string? Reason)
{
    public void Validate()
    {
        ReservationRequest.Validate(Lines, new Validator().Check(OrderId != Guid.Empty, "orderId", "is required"));
        if (Reason is not null) new Validator().Text(Reason, "reason", InventoryRules.MaxReason).ThrowIfInvalid();
    }
}

/// <summary>Repeats what was taken back.</summary>
public sealed record ReturnAnswer(Guid OrderId, IReadOnlyList<ReservationRequestLine> Lines);

/// <param name="Quantity">Signed, as it changed a counter: reserved, released and sold the reserved one, all but the first two the one on hand.</param>
/// <param name="Actor">Customer id of the administrator, where one gave the order.</param>
public sealed record StockHistoryItem(
    long Id, string Kind, int Quantity, Guid? OrderId, string? Reason, Guid? Actor, DateTimeOffset At);

/// <param name="LimitPerCustomer">Null for no limit.</param>
/// <param name="Carried">What movements that are no longer listed came to, by kind.</param>
/// <param name="Next">Value of <c>before</c> for the next page; null on the last one.</param>
public sealed record StockHistory(
    string Sku, long ProductId, int OnHand, int Reserved, int Available, int? LimitPerCustomer,
    IReadOnlyDictionary<string, long> Carried, IReadOnlyList<StockHistoryItem> Items, long? Next);

public static class InventoryRules
{
    public const int MaxReason = 500;
}
