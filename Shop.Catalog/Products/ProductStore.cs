using Npgsql;
using Shop.Catalog.Pictures;

namespace Shop.Catalog.Products;

/// <summary>Reads single products.</summary>
public sealed class ProductStore(NpgsqlDataSource database)
{
    /// <summary>Null when there is no such product or it is retired.</summary>
    public async Task<ProductRow?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(ProductSql.Find, id);
        batch.Add(ProductSql.Variants, id);
        batch.Add(PictureSql.OfProduct, id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var product = ProductRow.Read(reader);
        await reader.NextResultAsync(cancellationToken);
        var variants = new List<VariantRow>();
        while (await reader.ReadAsync(cancellationToken)) variants.Add(VariantRow.Read(reader));
        await reader.NextResultAsync(cancellationToken);
        var pictures = new List<PictureRow>();
        while (await reader.ReadAsync(cancellationToken)) pictures.Add(PictureRow.Read(reader));
        return product with { Variants = variants, Pictures = pictures };
    }
}
