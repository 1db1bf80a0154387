namespace Shop.Catalog.Exchange;

/// <summary>What a row says of its product.</summary>
/// <param name="Attributes">JSON, without regard to how it was written.</param>
public sealed record ImportProduct(
    string Name, string? NameZh, string Description, string? DescriptionZh, string Category, string? Brand, string Attributes);

/// <summary>A row that keeps the rules that need no look at what is stored.</summary>
/// <param name="Content">Null in a row that leaves all of that out.</param>
/// <param name="Price">Minor units.</param>
/// <param name="Attributes">Of the variant, as JSON.</param>
public sealed record ImportRow(
    int Line, string Product, string Sku, ImportProduct? Content, long Price, string Attributes, int? LimitPerCustomer);

/// <summary>A file as it was read: its good rows, and what is wrong with the others.</summary>
public sealed record ImportFile(int Count, List<ImportRow> Rows, List<ImportError> Errors);
