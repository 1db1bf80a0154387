using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Inventory;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>Reads and writes single products.</summary>
public sealed class ProductStore(NpgsqlDataSource database)
{
    private const string SlugConstraint = "products_slug_key";
    private const string SkuConstraint = "variants_sku_key";

    /// <summary>Null when there is no such product or it is retired.</summary>
    public async Task<ProductRow?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(ProductSql.Find, id);
        batch.Add(ProductSql.Variants, id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var product = ProductRow.Read(reader);
        await reader.NextResultAsync(cancellationToken);
        var variants = new List<VariantRow>();
        while (await reader.ReadAsync(cancellationToken)) variants.Add(VariantRow.Read(reader));
        return product with { Variants = variants };
    }

    /// <summary>The new product's id.</summary>
    /// <exception cref="ProblemException">409 sku_taken; 400 when the category or the brand is not one.</exception>
    public async Task<long> CreateAsync(ProductContent content, string? sku, int stock, CancellationToken cancellationToken)
    {
        try
        {
            return await InsertAsync(content, sku, stock, numbered: false, cancellationToken);
        }
        catch (PostgresException taken) when (taken is { ConstraintName: SlugConstraint })
        {
            // Another product of the same name was created at the same moment.
            return await InsertAsync(content, sku, stock, numbered: true, cancellationToken);
        }
    }

    /// <summary>Null when there is no such product on sale.</summary>
    public async Task<StockChange?> ChangeAsync(long id, ProductInput input, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, transaction, id, cancellationToken) is not { } known) return null;
        var content = ProductRules.CheckChange(input, known);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(ProductSql.Update, id, content.Name, content.Category, content.Price, Nullable(content.Brand));
        batch.Add(ProductSql.UpdateVariants, id, content.Name, Nullable(content.NameZh), content.Price);
        AddTexts(batch, id, content);
        batch.Add(ProductSql.Touch, id);
        var version = await ReferencesCheckedAsync(() => LastScalarAsync(batch, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return new StockChange(id, version);
    }

    /// <summary>Takes the product off the list. Orders that hold or bought it are not concerned.</summary>
    public async Task<StockChange?> RetireAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProductSql.Retire);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) is long version ? new StockChange(id, version) : null;
    }

    private async Task<long> InsertAsync(
        ProductContent content, string? sku, int stock, bool numbered, CancellationToken cancellationToken)
    {
        var id = await NextIdAsync(cancellationToken);
        await using var batch = database.CreateBatch();
        batch.Add(
            ProductSql.Insert, id, Slug.Of(content.Name), numbered, content.Name, content.Category, Nullable(content.Brand),
            content.Price);
        batch.Add(
            ProductSql.InsertDefaultVariant, id, Nullable(sku), content.Name, Nullable(content.NameZh), content.Price);
        batch.Add(ProductSql.InsertStock, id, stock);
        AddTexts(batch, id, content);
        return await ReferencesCheckedAsync(async () =>
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return id;
        });
    }

    private async Task<long> NextIdAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProductSql.NextId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // Last, since the tags are made of the rows before.
    private static void AddTexts(NpgsqlBatch batch, long id, ProductContent content)
    {
        batch.Add(
            ProductSql.UpsertTexts, id, content.Name, content.Description, Nullable(content.NameZh),
            Nullable(content.DescriptionZh));
        content.Document.AddTo(batch, id);
    }

    private static async Task<long> LastScalarAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0);
    }

    private static async Task<ProductContent?> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, long id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ProductSql.Lock, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        return new ProductContent(
            row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetInt64(5), row.IsDBNull(6) ? null : row.GetString(6));
    }

    private static async Task<long> ReferencesCheckedAsync(Func<Task<long>> write)
    {
        try
        {
            return await write();
        }
        catch (PostgresException unknown) when (unknown is { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            var field = unknown.ConstraintName == "products_brand_fkey" ? "brand" : "category";
            throw Problem.Validation(field, $"is not a {field}");
        }
        catch (PostgresException taken) when (taken is { ConstraintName: SkuConstraint })
        {
            throw Problem.Conflict("sku_taken", "Another variant has this SKU.");
        }
    }

    private static NpgsqlParameter Nullable(string? text) =>
        new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
