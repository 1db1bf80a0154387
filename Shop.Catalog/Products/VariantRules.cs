using Shop.Catalog.Inventory;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>The whole of a variant: when one is changed, what is left out is gone.</summary>
/// <param name="Sku">Never changes.</param>
/// <param name="Price">Of one unit, in major units, at most two decimals.</param>
/// <param name="Attributes">What tells it from the others, as colour and size.</param>
/// <param name="LimitPerCustomer">Units that one customer may buy; null for no limit.</param>
public sealed record VariantInput(
    string? Sku, decimal? Price, IReadOnlyDictionary<string, string>? Attributes = null, int? LimitPerCustomer = null);

/// <summary>As <see cref="VariantInput"/>, of a variant that is new.</summary>
/// <param name="Stock">Units received with it; later ones are received at …/stock.</param>
public sealed record NewVariantInput(
    string? Sku, decimal? Price, IReadOnlyDictionary<string, string>? Attributes = null, int? LimitPerCustomer = null, int? Stock = null);

/// <summary>A variant's content, checked.</summary>
/// <param name="Price">Minor units.</param>
public sealed record VariantContent(string Sku, long Price, IReadOnlyDictionary<string, string> Attributes, int? LimitPerCustomer);

public static class VariantRules
{
    /// <summary>Of one product, retired ones included, since their SKUs are never used again.</summary>
    public const int MaxVariants = 200;

    public const int MaxLimit = 10_000;

    /// <exception cref="ProblemException">400 naming every field that breaks a rule.</exception>
    public static VariantContent CheckNew(NewVariantInput input)
    {
        var check = new Validator()
            .Check(input.Sku is not null, "sku", "is required")
            .Check(input.Attributes is { Count: > 0 }, "attributes", "must tell the variant from the others");
        ProductRules.CheckStock(check, input.Stock);
        return Checked(new(input.Sku, input.Price, input.Attributes, input.LimitPerCustomer), input.Sku, check);
    }

    /// <param name="sku">Of the address.</param>
    public static VariantContent CheckChange(VariantInput input, string sku, bool isDefault)
    {
        var check = new Validator()
            .Check(input.Sku is null || input.Sku == sku, "sku", "never changes")
            .Check(isDefault || input.Attributes is { Count: > 0 }, "attributes", "must tell the variant from the others");
        return Checked(input, sku, check);
    }

    private static VariantContent Checked(VariantInput input, string? sku, Validator check)
    {
        check.Check(sku is null || Skus.IsValid(sku), "sku", Skus.Rule);
        CheckLimit(check, "limitPerCustomer", input.LimitPerCustomer);
        AttributeRules.Check(check, "attributes", input.Attributes);
        var price = ProductRules.CheckPrice(check, input.Price);
        check.ThrowIfInvalid();
        return new VariantContent(sku!, price, input.Attributes ?? AttributeRules.None, input.LimitPerCustomer);
    }

    public static void CheckLimit(Validator check, string field, int? limit) =>
        check.Check(limit is null or (>= 1 and <= MaxLimit), field, $"must be between 1 and {MaxLimit}");
}
