using Shop.Catalog.Products;

namespace Shop.Catalog.Exchange;

/// <summary>What is stored of what a file names.</summary>
/// <param name="Products">By slug.</param>
/// <param name="Variants">By SKU.</param>
/// <param name="Others">By product: its variants on sale that the file does not name.</param>
public sealed record ImportState(
    IReadOnlyDictionary<string, StoredProduct> Products, IReadOnlyDictionary<string, StoredVariant> Variants,
    ILookup<long, OtherVariant> Others, IReadOnlySet<string> Categories, IReadOnlySet<string> Brands);

/// <param name="Variants">How many it has, retired ones included.</param>
/// <param name="LastPosition">Of them.</param>
public sealed record StoredProduct(long Id, bool Retired, int Variants, int LastPosition);

public sealed record StoredVariant(long Id, long ProductId, bool Retired);

/// <param name="Attributes">JSON.</param>
public sealed record OtherVariant(string Sku, string Attributes);

/// <summary>A variant as the file has it, and its place.</summary>
/// <param name="Id">Null for a new one.</param>
public sealed record PlannedVariant(ImportRow Row, long? Id, int Position);

/// <summary>A product as the file has it, with those of its variants that the file names.</summary>
/// <param name="Id">Null for a new one, whose first variant is the default one.</param>
public sealed record PlannedProduct(string Slug, long? Id, ImportProduct Content, IReadOnlyList<PlannedVariant> Variants);

/// <summary>Brings a file's rows together with what is stored. Nothing here reads or writes anything.</summary>
public static class ImportPlan
{
    public static IReadOnlyList<PlannedProduct> Of(IReadOnlyList<ImportRow> rows, ImportState state, List<ImportError> errors)
    {
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in rows)
            if (!firstLines.TryAdd(row.Sku, row.Line)) Report(row, Columns.Sku, $"stands in line {firstLines[row.Sku]} already", errors);
        return [.. rows.GroupBy(row => row.Product).Select(group => Of([.. group], state, errors)).OfType<PlannedProduct>()];
    }

    private static PlannedProduct? Of(ImportRow[] rows, ImportState state, List<ImportError> errors)
    {
        var first = rows[0];
        var known = state.Products.GetValueOrDefault(first.Product);
        CheckProduct(first, known, state, errors);
        foreach (var row in rows.Skip(1))
            if (row.Content is not null && row.Content != first.Content && IsKnown(row) && IsKnown(first))
                errors.Add(new ImportError(row.Line, "row", $"says something else of the product than line {first.Line}"));
        var variants = new List<PlannedVariant>();
        var position = known?.LastPosition ?? -1;
        foreach (var row in rows)
        {
            var stored = state.Variants.GetValueOrDefault(row.Sku);
            CheckVariant(row, stored, known, isDefault: known is null ? row == first : stored?.Id == known.Id, errors);
            variants.Add(new PlannedVariant(row, stored?.Id, stored is null ? ++position : 0));
        }
        CheckDifferences(rows, known is null ? [] : state.Others[known.Id], errors);
        var count = (known?.Variants ?? 0) + variants.Count(variant => variant.Id is null && !variant.Row.Broken.Contains(Columns.Sku));
        if (count > VariantRules.MaxVariants)
            errors.Add(new ImportError(first.Line, Columns.Product, $"would have more than {VariantRules.MaxVariants} variants"));
        return first.Content is null ? null : new PlannedProduct(first.Product, known?.Id, first.Content, variants);
    }

    private static void CheckProduct(ImportRow first, StoredProduct? known, ImportState state, List<ImportError> errors)
    {
        if (known is { Retired: true }) Report(first, Columns.Product, "is retired", errors);
        if (first.Content is not { } content)
        {
            Report(first, Columns.Name, "is required in the first row of a product", errors);
            return;
        }
        if (!state.Categories.Contains(content.Category))
            Report(first, Columns.Category, "is not a category", errors);
        if (content.Brand is not null && !state.Brands.Contains(content.Brand))
            Report(first, Columns.Brand, "is not a brand", errors);
    }

    private static void CheckVariant(
        ImportRow row, StoredVariant? stored, StoredProduct? product, bool isDefault, List<ImportError> errors)
    {
        if (stored is not null && stored.ProductId != product?.Id)
            Report(row, Columns.Sku, "belongs to another product", errors);
        else if (stored is { Retired: true } && product is { Retired: false })
            Report(row, Columns.Sku, "is retired", errors);
        // Without a SKU nobody knows whether it is the default one.
        if (!isDefault && row.Attributes == "{}" && !row.Broken.Contains(Columns.Sku))
            Report(row, Columns.VariantAttributes, "must tell the variant from the others", errors);
    }

    // Nobody could choose between two that are the same. Only the default one may have none, which is seen to above. Without a
    // SKU nobody knows whether it is one of the others.
    private static void CheckDifferences(IEnumerable<ImportRow> rows, IEnumerable<OtherVariant> others, List<ImportError> errors)
    {
        var known = new Dictionary<string, (string Sku, string Place)>(StringComparer.Ordinal);
        foreach (var other in others) known[Key(other.Attributes)] = (other.Sku, $"{other.Sku}, which is stored");
        foreach (var row in rows.Where(IsDescribed))
        {
            var key = Key(row.Attributes);
            if (!known.TryAdd(key, (row.Sku, $"{row.Sku} in line {row.Line}")) && known[key].Sku != row.Sku)
                Report(row, Columns.VariantAttributes, $"are those of {known[key].Place}", errors);
        }
    }

    private static bool IsDescribed(ImportRow row) =>
        row.Attributes != "{}" && !row.Broken.Contains(Columns.Sku) && !row.Broken.Contains(Columns.VariantAttributes);

    // Of a column that breaks a rule by itself the rest would be guesses.
    private static void Report(ImportRow row, string column, string message, List<ImportError> errors)
    {
        if (!row.Broken.Contains(column)) errors.Add(new ImportError(row.Line, column, message));
    }

    private static bool IsKnown(ImportRow row) => !row.Broken.Intersect(RowRules.OfProduct).Any();

    private static string Key(string attributes) => AttributeRules.Key(VariantRow.ReadAttributes(attributes));
}
