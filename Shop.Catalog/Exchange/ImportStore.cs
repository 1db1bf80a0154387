using Npgsql;
using Shop.Catalog.Products;
using Shop.Catalog.Search;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Exchange;

/// <summary>The reads and writes of an import, inside the caller's transaction.</summary>
public sealed class ImportStore(Outbox outbox)
{
    /// <summary>
    /// Keeps everybody else from changing the products that the file names, until the transaction ends, which PostgreSQL sees to
    /// when nothing more comes for the length of the lease.
    /// </summary>
    public static async Task LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ImportRow> rows, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = ImportStaging.TimeoutSeconds };
        batch.Add(ImportSql.EndWhenIdle, FormattableString.Invariant($"{ProductImport.Lease.TotalMilliseconds}"));
        batch.Add(ProductSql.ShareCategories);
        batch.Add(ImportSql.LockProducts, Array(Slugs(rows)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<ImportState> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ImportRow> rows, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = ImportStaging.TimeoutSeconds };
        batch.Add(ImportSql.Products, Array(Slugs(rows)));
        batch.Add(ImportSql.Variants, Array(rows.Select(row => row.Sku)));
        batch.Add(ImportSql.Others, Array(Slugs(rows)), Array(rows.Select(row => row.Sku)));
        batch.Add(ImportSql.Categories, Array(rows.Select(row => row.Content?.Category)));
        batch.Add(ImportSql.Brands, Array(rows.Select(row => row.Content?.Brand)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var products = await ReadAsync(
            row => (row.GetString(0), new StoredProduct(row.GetInt64(1), row.GetBoolean(2), row.GetInt32(3), row.GetInt32(4))));
        var variants = await ReadAsync(
            row => (row.GetString(0), new StoredVariant(row.GetInt64(1), row.GetInt64(2), row.GetBoolean(3))));
        var others = await ReadAsync(row => (ProductId: row.GetInt64(0), Variant: new OtherVariant(row.GetString(1), row.GetString(2))));
        var categories = await ReadAsync(row => row.GetString(0));
        var brands = await ReadAsync(row => row.GetString(0));
        return new ImportState(
            products.ToDictionary(StringComparer.Ordinal), variants.ToDictionary(StringComparer.Ordinal),
            others.ToLookup(other => other.ProductId, other => other.Variant),
            categories.ToHashSet(StringComparer.Ordinal), brands.ToHashSet(StringComparer.Ordinal));

        async Task<List<T>> ReadAsync<T>(Func<NpgsqlDataReader, T> read)
        {
            var found = new List<T>();
            while (await reader.ReadAsync(cancellationToken)) found.Add(read(reader));
            await reader.NextResultAsync(cancellationToken);
            return found;
        }
    }

    /// <summary>Brings what is staged into the catalogue, with everything that belongs to a change. The products concerned.</summary>
    internal async Task<IReadOnlyList<long>> ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ImportStaging staging, IReadOnlyList<PlannedProduct> plan, Guid who,
        CancellationToken cancellationToken)
    {
        var words = await staging.IndexAsync(plan, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = ImportStaging.TimeoutSeconds };
        foreach (var statement in (string[])
            [
                ImportSql.CreateTouched, ImportSql.CreatePrices, ImportSql.InsertProducts, ImportSql.UpdateProducts,
                ImportSql.Scores, ImportSql.Texts, ImportSql.DropTexts, ImportSql.InsertVariants, ImportSql.UpdateVariants,
                ImportSql.NameVariants, ImportSql.Stock, ImportSql.UpdateVersions, ImportSql.Documents, ImportSql.Tags,
            ])
            batch.Add(statement);
        batch.Add(SearchDocument.Learn, words);
        batch.Add(ImportSql.Prices, who);
        await ReferenceProblems.TranslatedAsync(() => batch.ExecuteNonQueryAsync(cancellationToken));
        var products = await TellAsync(connection, transaction, staging, cancellationToken);
        await LimitAsync(connection, transaction, who, cancellationToken);
        return products;
    }

    // Last, since orders wait for the stock rows that this locks; only the audit, which shows the limits, comes after it.
    private static async Task LimitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid who, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = ImportStaging.TimeoutSeconds };
        batch.Add(ImportSql.LockLimited);
        batch.Add(ImportSql.Limits);
        batch.Add(ImportSql.Audit, who);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<long>> TellAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ImportStaging staging, CancellationToken cancellationToken)
    {
        var products = await staging.ReadAsync(
            ImportSql.Touched, row => new ProductChanged(row.GetInt64(0), row.GetInt32(1), Retired: false), cancellationToken);
        var prices = await staging.ReadAsync(
            ImportSql.MovedPrices,
            row => new PriceChanged(
                row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetInt64(3), row.GetInt32(4)),
            cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = ImportStaging.TimeoutSeconds };
        batch.BatchCommands.Add(outbox.Command(
            products.Select(one => new OutboxMessage<ProductChanged>(one, ProductEvents.AggregateOf(one.Id), one.Version))));
        batch.BatchCommands.Add(outbox.Command(
            prices.Select(one => new OutboxMessage<PriceChanged>(one, ProductEvents.AggregateOf(one.ProductId), one.Version))));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return [.. products.Select(product => product.Id)];
    }

    private static IEnumerable<string> Slugs(IReadOnlyList<ImportRow> rows) => rows.Select(row => row.Product);

    // One parameter: an array of texts by itself would be taken for a list of parameters.
    private static NpgsqlParameter Array(IEnumerable<string?> texts) => new() { Value = texts.OfType<string>().Distinct().ToArray() };
}
