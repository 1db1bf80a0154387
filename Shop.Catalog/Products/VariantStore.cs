using Npgsql;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>Changes the variants of a product. Each change is one of the product, and makes its next version.</summary>
public sealed class VariantStore(NpgsqlDataSource database, ProductEdits edits)
{
    /// <summary>The product's version.</summary>
    /// <param name="stock">Units that come with it.</param>
    /// <exception cref="ProblemException">404 product_unknown; 409 sku_taken, variant_known, variant_limit; 412 version_mismatch.</exception>
    public async Task<int> CreateAsync(
        long productId, VariantContent content, int stock, Editor editor, CancellationToken cancellationToken)
    {
        var id = await NextIdAsync(cancellationToken);
        await using var edit = await edits.BeginAsync(productId, editor, cancellationToken);
        var product = edit.Product;
        if (product.Variants.Count >= VariantRules.MaxVariants)
            throw Problem.Conflict("variant_limit", $"A product has at most {VariantRules.MaxVariants} variants, retired ones included.");
        CheckUnique(product, content, own: null);
        edit.Batch.Add(
            ProductSql.InsertVariant, id, productId, content.Sku, product.Content.Name, SqlValue.Text(product.Content.NameZh),
            content.Price, Json(content), SqlValue.Integer(content.LimitPerCustomer), (short)(product.Variants.Max(v => v.Position) + 1));
        edit.Batch.Add(ProductSql.InsertStock, id, stock, editor.Id);
        edit.Price(id, content.Sku, old: null, content.Price);
        await edit.CommitAsync("variant.created", cancellationToken);
        return edit.NextVersion;
    }

    /// <summary>The product's version.</summary>
    /// <exception cref="ProblemException">404 product_unknown; 409 variant_known; 412 version_mismatch; 400 naming the fields.</exception>
    public async Task<int> ChangeAsync(
        long productId, string sku, VariantInput input, Editor editor, CancellationToken cancellationToken)
    {
        await using var edit = await edits.BeginAsync(productId, editor, cancellationToken);
        var known = OnSale(edit.Product, sku);
        var content = VariantRules.CheckChange(input, sku, isDefault: known.Id == productId);
        CheckUnique(edit.Product, content, known);
        edit.Batch.Add(
            ProductSql.UpdateVariant, known.Id, edit.Product.Content.Name, SqlValue.Text(edit.Product.Content.NameZh), content.Price,
            Json(content), SqlValue.Integer(content.LimitPerCustomer));
        if (known.Id == productId) edit.Batch.Add(ProductSql.UpdatePrice, productId, content.Price);
        edit.Price(known.Id, sku, known.Price, content.Price);
        await edit.CommitAsync("variant.changed", cancellationToken);
        return edit.NextVersion;
    }

    /// <exception cref="ProblemException">404 product_unknown; 409 default_variant; 412 version_mismatch.</exception>
    public async Task RetireAsync(long productId, string sku, Editor editor, CancellationToken cancellationToken)
    {
        await using var edit = await edits.BeginAsync(productId, editor, cancellationToken);
        var known = OnSale(edit.Product, sku);
        if (known.Id == productId)
            throw Problem.Conflict("default_variant", "The default variant is sold as long as the product; retire the product.");
        edit.Batch.Add(ProductSql.RetireVariant, known.Id);
        await edit.CommitAsync("variant.retired", cancellationToken);
    }

    private static LockedVariant OnSale(LockedProduct product, string sku) =>
        product.Variants.FirstOrDefault(variant => variant.Sku == sku && !variant.Retired)
        ?? throw ProductProblems.Unknown(product.Id, sku);

    // Nobody could choose between two that are the same.
    private static void CheckUnique(LockedProduct product, VariantContent content, LockedVariant? own)
    {
        var same = product.Variants.FirstOrDefault(
            variant => !variant.Retired && variant != own && AttributeRules.AreEqual(variant.Attributes, content.Attributes));
        if (same is not null) throw Problem.Conflict("variant_known", $"The variant {same.Sku} has these attributes.");
    }

    private async Task<long> NextIdAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProductSql.NextId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlParameter Json(VariantContent content) => SqlValue.Json(AttributeRules.ToJson(content.Attributes));
}
