using Npgsql;

namespace Shop.Catalog.Products;

/// <summary>A variant as its product's change finds it, on sale or retired.</summary>
/// <param name="Price">Minor units.</param>
public sealed record LockedVariant(
    long Id, string Sku, long Price, int Position, bool Retired, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A product on sale whose row is locked, so that all of this stays true until the transaction ends.</summary>
/// <param name="Snapshot">JSON for the audit trail.</param>
public sealed record LockedProduct(
    long Id, int Version, string Snapshot, ProductContent Content, IReadOnlyList<LockedVariant> Variants)
{
    /// <summary>The variant that is meant when only the product is named.</summary>
    public LockedVariant Default => Variants.Single(variant => variant.Id == Id);

    /// <summary>Null when there is no such product on sale.</summary>
    public static async Task<LockedProduct?> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, long id, CancellationToken cancellationToken)
    {
        // Each statement sees what was committed before it began, so those after the lock see the product as it is.
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(ProductSql.Lock, id);
        batch.Add(ProductSql.Snapshot, id);
        batch.Add(ProductSql.Content, id);
        batch.Add(ProductSql.AllVariants, id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var version = reader.GetInt32(0);
        await NextAsync(reader, cancellationToken);
        var snapshot = reader.GetString(0);
        await NextAsync(reader, cancellationToken);
        var content = ReadContent(reader);
        await reader.NextResultAsync(cancellationToken);
        var variants = new List<LockedVariant>();
        while (await reader.ReadAsync(cancellationToken))
            variants.Add(new LockedVariant(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt16(3), reader.GetBoolean(4),
                VariantRow.ReadAttributes(reader.GetString(5))));
        return new LockedProduct(id, version, snapshot, content, variants);
    }

    private static async Task NextAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
    }

    private static ProductContent ReadContent(NpgsqlDataReader row) => new(
        row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3),
        row.GetString(4), row.GetInt64(5), row.IsDBNull(6) ? null : row.GetString(6), VariantRow.ReadAttributes(row.GetString(7)));
}
