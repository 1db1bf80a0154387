using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Inventory;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>Reads and writes single products.</summary>
public sealed class ProductStore(NpgsqlDataSource database)
{
    private const string Find = ProductRow.Select + " WHERE p.id = $1 AND p.retired_at IS NULL";

    // The slug is the first free one of "name" and "name-id".
    private const string Insert =
        """
        WITH new AS (
            INSERT INTO products (id, slug, name, name_zh, description, description_zh, category, price, search)
            SELECT id, CASE WHEN $9 OR EXISTS (SELECT FROM products WHERE slug = $1) THEN $1 || '-' || id ELSE $1 END,
                   $2, $3, $4, $5, $6, $7, array_to_tsvector($10) || to_tsvector('english', $11)
            FROM nextval(pg_get_serial_sequence('products', 'id')) AS id
            RETURNING id),
        counter AS (INSERT INTO stock (product_id, on_hand) SELECT id, $8 FROM new),
        movement AS (
            INSERT INTO stock_ledger (product_id, kind, quantity) SELECT id, 'received', $8 FROM new WHERE $8 > 0)
        SELECT id FROM new
        """;

    private const string Lock =
        """
        SELECT name, name_zh, description, description_zh, category, price
        FROM products WHERE id = $1 AND retired_at IS NULL FOR NO KEY UPDATE
        """;

    private const string Update =
        """
        UPDATE products
        SET name = $2, name_zh = $3, description = $4, description_zh = $5, category = $6, price = $7,
            search = array_to_tsvector($8) || to_tsvector('english', $9), version = version + 1, updated_at = shop_now()
        WHERE id = $1
        """;

    private const string Touch = "UPDATE stock SET version = version + 1 WHERE product_id = $1 RETURNING version";

    private const string RetireSql =
        """
        WITH retired AS (
            UPDATE products SET retired_at = shop_now(), updated_at = shop_now(), version = version + 1
            WHERE id = $1 AND retired_at IS NULL RETURNING id)
        UPDATE stock SET version = version + 1 WHERE product_id = (SELECT id FROM retired) RETURNING version
        """;

    /// <summary>Null when there is no such product or it is retired.</summary>
    public async Task<ProductRow?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ProductRow.Read(reader) : null;
    }

    /// <summary>The new product's id.</summary>
    public async Task<long> CreateAsync(ProductContent content, int stock, CancellationToken cancellationToken)
    {
        try
        {
            return await InsertAsync(content, stock, numbered: false, cancellationToken);
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Another product of the same name was created at the same moment.
            return await InsertAsync(content, stock, numbered: true, cancellationToken);
        }
    }

    /// <summary>Null when there is no such product on sale.</summary>
    public async Task<StockChange?> ChangeAsync(long id, ProductInput input, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, transaction, id, cancellationToken) is not { } known) return null;
        var content = ProductRules.CheckChange(input, known);
        var terms = content.Terms;
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(
            Update, id, content.Name, Nullable(content.NameZh), content.Description, Nullable(content.DescriptionZh),
            content.Category, content.Price, terms.IndexedCharacters(), terms.WordText);
        batch.Add(Touch, id);
        var version = await CategoryCheckedAsync(() => batch.ExecuteScalarAsync(cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return new StockChange(id, (long)version!);
    }

    /// <summary>Takes the product off the list. Orders that hold or bought it are not concerned.</summary>
    public async Task<StockChange?> RetireAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RetireSql);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) is long version ? new StockChange(id, version) : null;
    }

    private async Task<long> InsertAsync(
        ProductContent content, int stock, bool numbered, CancellationToken cancellationToken)
    {
        var terms = content.Terms;
        await using var batch = database.CreateBatch();
        batch.Add(
            Insert, Slug.Of(content.Name), content.Name, Nullable(content.NameZh), content.Description,
            Nullable(content.DescriptionZh), content.Category, content.Price, stock, numbered, terms.IndexedCharacters(),
            terms.WordText);
        return (long)(await CategoryCheckedAsync(() => batch.ExecuteScalarAsync(cancellationToken)))!;
    }

    private static async Task<ProductContent?> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, long id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Lock, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        return new ProductContent(
            row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetInt64(5));
    }

    private static async Task<object?> CategoryCheckedAsync(Func<Task<object?>> write)
    {
        try
        {
            return await write();
        }
        catch (PostgresException unknown) when (unknown is { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            throw Problem.Validation("category", "is not a category");
        }
    }

    private static object Nullable(string? text) =>
        new NpgsqlParameter { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
