using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Search;

namespace Shop.Catalog.Exchange;

/// <summary>A plan in tables of its own transaction, so that a few statements bring all of it into the catalogue.</summary>
internal sealed class ImportStaging(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    /// <summary>Time that a statement over all rows may take.</summary>
    public const int TimeoutSeconds = 120;

    /// <summary>Stages what differs from what is stored, and counts it.</summary>
    public async Task<(ImportCount Products, ImportCount Variants)> FillAsync(
        IReadOnlyList<PlannedProduct> plan, CancellationToken cancellationToken)
    {
        var created = plan.Sum(product => product.Variants.Count(variant => variant.Id is null));
        var ids = new Queue<long>(await ReadAsync(ImportSql.NextIds, row => row.GetInt64(0), cancellationToken, created));
        List<(long ProductId, long Id, PlannedProduct Product, PlannedVariant Variant)> variants = [];
        foreach (var product in plan)
        {
            var productId = product.Id;
            foreach (var variant in product.Variants)
            {
                var id = variant.Id ?? ids.Dequeue();
                variants.Add((productId ??= id, id, product, variant));
            }
        }
        await ExecuteAsync(cancellationToken, ImportSql.CreateStaging, ImportSql.CreateVariantStaging);
        await CopyProductsAsync(variants.DistinctBy(variant => variant.ProductId).Select(v => (v.ProductId, v.Product)), cancellationToken);
        await CopyVariantsAsync(variants.Select(v => (v.ProductId, v.Id, v.Variant)), cancellationToken);
        return await CompareAsync(cancellationToken);
    }

    /// <summary>Makes documents for the search of the products whose texts change; answers all words of them.</summary>
    public async Task<string> IndexAsync(IReadOnlyList<PlannedProduct> plan, CancellationToken cancellationToken)
    {
        await ExecuteAsync(cancellationToken, ImportSql.CreateDocuments);
        var bySlug = plan.ToDictionary(product => product.Slug, StringComparer.Ordinal);
        var changed = await ReadAsync(ImportSql.ChangedProducts, row => (row.GetInt64(0), row.GetString(1)), cancellationToken);
        var words = new HashSet<string>(StringComparer.Ordinal);
        await using var copy = await connection.BeginBinaryImportAsync(ImportSql.CopyDocuments, cancellationToken);
        foreach (var (id, slug) in changed)
        {
            var content = bySlug[slug].Content;
            var document = SearchDocument.Of(content.Name, content.NameZh, content.Description, content.DescriptionZh);
            words.UnionWith(document.Name.Words);
            words.UnionWith(document.Description.Words);
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(id, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(document.Name.IndexedCharacters(), NpgsqlDbType.Array | NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(document.Name.WordText, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(document.Description.IndexedCharacters(), NpgsqlDbType.Array | NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(document.Description.WordText, NpgsqlDbType.Text, cancellationToken);
        }
        await copy.CompleteAsync(cancellationToken);
        return string.Join(' ', words);
    }

    public async Task<List<T>> ReadAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = TimeoutSeconds };
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
        return rows;
    }

    private async Task<(ImportCount Products, ImportCount Variants)> CompareAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(cancellationToken, ImportSql.AnalyzeStaging, ImportSql.KeepChangedProducts, ImportSql.KeepChangedVariants);
        var counts = await ReadAsync(
            ImportSql.Count,
            row => (new ImportCount(row.GetInt32(0), row.GetInt32(1)), new ImportCount(row.GetInt32(2), row.GetInt32(3))),
            cancellationToken);
        return counts[0];
    }

    private async Task ExecuteAsync(CancellationToken cancellationToken, params string[] statements)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        foreach (var statement in statements) batch.Add(statement);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task CopyProductsAsync(
        IEnumerable<(long Id, PlannedProduct Product)> products, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(ImportSql.CopyProducts, cancellationToken);
        foreach (var (id, product) in products)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(id, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(product.Slug, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(product.Id is null, NpgsqlDbType.Boolean, cancellationToken);
            var content = product.Content;
            foreach (var text in (string?[])[content.Name, content.NameZh, content.Description, content.DescriptionZh, content.Category, content.Brand])
                await WriteAsync(copy, text, cancellationToken);
            await copy.WriteAsync(content.Attributes, NpgsqlDbType.Jsonb, cancellationToken);
        }
        await copy.CompleteAsync(cancellationToken);
    }

    private async Task CopyVariantsAsync(
        IEnumerable<(long ProductId, long Id, PlannedVariant Variant)> variants, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(ImportSql.CopyVariants, cancellationToken);
        foreach (var (productId, id, variant) in variants)
        {
            var row = variant.Row;
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(id, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(productId, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(row.Sku, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(variant.Id is null, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(row.Price, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(row.Attributes, NpgsqlDbType.Jsonb, cancellationToken);
            if (row.LimitPerCustomer is { } limit) await copy.WriteAsync(limit, NpgsqlDbType.Integer, cancellationToken);
            else await copy.WriteNullAsync(cancellationToken);
            await copy.WriteAsync((short)variant.Position, NpgsqlDbType.Smallint, cancellationToken);
        }
        await copy.CompleteAsync(cancellationToken);
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, string? text, CancellationToken cancellationToken) => text is null
        ? copy.WriteNullAsync(cancellationToken)
        : copy.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);
}
