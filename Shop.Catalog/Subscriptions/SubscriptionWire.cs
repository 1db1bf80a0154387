using Shop.Catalog.Inventory;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Subscriptions;

/// <param name="Sku">Null for the default variant.</param>
public sealed record SubscriptionInput(string? Sku = null)
{
    public static void Check(string? sku) => new Validator().Check(sku is null || Skus.IsValid(sku), "sku", Skus.Rule).ThrowIfInvalid();
}

/// <summary>A customer waits for a variant.</summary>
/// <param name="Name">As an order shows it.</param>
public sealed record Subscription(long ProductId, string Sku, string Name, DateTimeOffset CreatedAt);

public sealed record SubscriptionList(IReadOnlyList<Subscription> Items);
