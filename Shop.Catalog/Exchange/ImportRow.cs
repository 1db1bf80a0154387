namespace Shop.Catalog.Exchange;

/// <summary>What a row says of its product.</summary>
/// <param name="Attributes">JSON, without regard to how it was written.</param>
public sealed record ImportProduct(
    string Name, string? NameZh, string Description, string? DescriptionZh, string Category, string? Brand, string Attributes);

/// <summary>A row, also one that is wrong: what else is wrong with it shows when it is held against the others and what is stored.</summary>
/// <param name="Content">Null in a row that leaves all of that out.</param>
/// <param name="Price">Minor units.</param>
/// <param name="Attributes">Of the variant, as JSON.</param>
/// <param name="Broken">Columns that break a rule by themselves; their values here mean nothing.</param>
public sealed record ImportRow(
    int Line, string Product, string Sku, ImportProduct? Content, long Price, string Attributes, int? LimitPerCustomer,
    IReadOnlyCollection<string> Broken);

/// <summary>A file as it was read: the rows of which the product is known, and what is wrong with any.</summary>
public sealed record ImportFile(int Count, List<ImportRow> Rows, List<ImportError> Errors);
