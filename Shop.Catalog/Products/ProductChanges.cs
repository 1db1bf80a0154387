using Npgsql;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>Creates, changes and retires products.</summary>
public sealed class ProductChanges(NpgsqlDataSource database, Outbox outbox, ProductEdits edits, ProductCache cache)
{
    private const int FirstVersion = 1;

    /// <summary>The new product's id.</summary>
    /// <exception cref="ProblemException">409 sku_taken; 400 when the category or the brand is not one.</exception>
    public async Task<long> CreateAsync(
        ProductContent content, string? sku, int stock, Editor editor, CancellationToken cancellationToken)
    {
        try
        {
            return await InsertAsync(content, sku, stock, editor, numbered: false, cancellationToken);
        }
        catch (ProblemException taken) when (taken.Code == ReferenceProblems.SlugTaken)
        {
            // Another product of the same name was created at the same moment.
            return await InsertAsync(content, sku, stock, editor, numbered: true, cancellationToken);
        }
    }

    /// <summary>The version that the change made.</summary>
    /// <exception cref="ProblemException">404 product_unknown; 412 version_mismatch; 400 naming the fields.</exception>
    public async Task<int> ChangeAsync(long id, ProductInput input, Editor editor, CancellationToken cancellationToken)
    {
        await using var edit = await edits.BeginAsync(id, editor, cancellationToken);
        var content = ProductRules.CheckChange(input, edit.Product.Content);
        edit.Batch.Add(
            ProductSql.Update, id, content.Name, content.Category, content.Price, SqlValue.Text(content.Brand), Json(content));
        edit.Batch.Add(ProductSql.UpdateVariants, id, content.Name, SqlValue.Text(content.NameZh), content.Price);
        AddTexts(edit.Batch, id, content);
        edit.Price(id, edit.Product.Default.Sku, edit.Product.Default.Price, content.Price);
        await edit.CommitAsync("product.changed", cancellationToken);
        return edit.NextVersion;
    }

    /// <summary>Takes the product off the list. Orders that hold or bought it are not concerned.</summary>
    /// <exception cref="ProblemException">404 product_unknown; 412 version_mismatch.</exception>
    public async Task RetireAsync(long id, Editor editor, CancellationToken cancellationToken)
    {
        await using var edit = await edits.BeginAsync(id, editor, cancellationToken);
        edit.Batch.Add(ProductSql.Retire, id);
        await edit.CommitAsync("product.retired", cancellationToken, retired: true);
    }

    private async Task<long> InsertAsync(
        ProductContent content, string? sku, int stock, Editor editor, bool numbered, CancellationToken cancellationToken)
    {
        var id = await NextIdAsync(cancellationToken);
        sku ??= FormattableString.Invariant($"P{id}");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(ProductSql.ShareCategories);
        batch.Add(
            ProductSql.Insert, id, Slug.Of(content.Name), numbered, content.Name, content.Category, SqlValue.Text(content.Brand),
            content.Price, Json(content));
        batch.Add(ProductSql.InsertDefaultVariant, id, sku, content.Name, SqlValue.Text(content.NameZh), content.Price);
        batch.Add(ProductSql.InsertStock, id, stock, editor.Id);
        AddTexts(batch, id, content);
        batch.AddPrice(id, content.Price, editor.Id);
        batch.AddProductAudit(editor.Id, "product.created", id, before: null);
        AddEvents(batch, id, sku, content.Price);
        await ReferenceProblems.TranslatedAsync(() => batch.ExecuteNonQueryAsync(cancellationToken));
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            await cache.OutdateAsync(id);
        }
        return id;
    }

    private void AddEvents(NpgsqlBatch batch, long id, string sku, long price)
    {
        var aggregate = ProductEvents.AggregateOf(id);
        batch.BatchCommands.Add(outbox.Command(new ProductChanged(id, FirstVersion, Retired: false), aggregate, FirstVersion));
        batch.BatchCommands.Add(outbox.Command(new PriceChanged(sku, id, null, price, FirstVersion), aggregate, FirstVersion));
    }

    private async Task<long> NextIdAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProductSql.NextId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // Behind the product and its variants, since the tags are made of their rows.
    private static void AddTexts(NpgsqlBatch batch, long id, ProductContent content)
    {
        batch.Add(
            ProductSql.UpsertTexts, id, content.Name, content.Description, SqlValue.Text(content.NameZh),
            SqlValue.Text(content.DescriptionZh));
        content.Document.AddTo(batch, id);
    }

    private static NpgsqlParameter Json(ProductContent content) => SqlValue.Json(AttributeRules.ToJson(content.Attributes));
}
