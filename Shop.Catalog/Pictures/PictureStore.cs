using System.Security.Cryptography;
using Npgsql;
using Shop.Catalog.Administration;
using Shop.Catalog.Cache;
using Shop.Catalog.Products;
using Shop.Catalog.Search;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Pictures;

/// <summary>Pictures that administrators upload. Each change is one of the product, and makes its next version.</summary>
public sealed class PictureStore(CatalogReads reads, LoadGate gate, ProductEdits edits)
{
    /// <summary>The picture, which is the product's last one; the product's version.</summary>
    /// <exception cref="ProblemException">404 product_unknown; 409 picture_known, picture_limit; 412 version_mismatch.</exception>
    public async Task<(PictureRow Picture, int Version)> AddAsync(
        long productId, byte[] bytes, ImageHeader header, PictureText text, Editor editor, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(bytes);
        var picture = new PictureRow(Convert.ToHexStringLower(hash), header.Format, header.Width, header.Height, text.Alt, text.AltZh);
        await using var edit = await edits.BeginAsync(productId, editor, cancellationToken);
        var known = await ListAsync(edit, cancellationToken);
        if (known.Any(one => one.Hash == picture.Hash)) throw Problem.Conflict("picture_known", "The product has this picture.");
        if (known.Count >= PictureRules.MaxPictures)
            throw Problem.Conflict("picture_limit", $"A product has at most {PictureRules.MaxPictures} pictures.");
        edit.Batch.Add(PictureSql.Store, hash, header.Format, header.Width, header.Height, bytes);
        edit.Batch.Add(PictureSql.Add, productId, hash, SqlValue.Text(text.Alt), SqlValue.Text(text.AltZh));
        edit.Batch.Add(PictureSql.ShowFirst, productId);
        await edit.CommitAsync("picture.added", cancellationToken);
        return (picture, edit.NextVersion);
    }

    /// <summary>The pictures in their new order; the product's version.</summary>
    /// <exception cref="ProblemException">400 naming the field; 404 product_unknown; 412 version_mismatch.</exception>
    public async Task<(IReadOnlyList<PictureRow> Pictures, int Version)> ArrangeAsync(
        long productId, PictureArrangement arrangement, Editor editor, CancellationToken cancellationToken)
    {
        await using var edit = await edits.BeginAsync(productId, editor, cancellationToken);
        var known = (await ListAsync(edit, cancellationToken)).ToDictionary(picture => picture.Hash);
        var items = PictureRules.CheckArrangement(arrangement, [.. known.Keys]);
        edit.Batch.Add(
            PictureSql.Arrange, productId, items.Select(item => Convert.FromHexString(item.Hash!)).ToArray(),
            items.Select(item => item.Alt).ToArray(), items.Select(item => item.AltZh).ToArray());
        edit.Batch.Add(PictureSql.ShowFirst, productId);
        await edit.CommitAsync("picture.arranged", cancellationToken);
        return ([.. items.Select(item => known[item.Hash!] with { Alt = item.Alt, AltZh = item.AltZh })], edit.NextVersion);
    }

    /// <exception cref="ProblemException">404 product_unknown, picture_unknown; 412 version_mismatch.</exception>
    public async Task RemoveAsync(long productId, string hash, Editor editor, CancellationToken cancellationToken)
    {
        await using var edit = await edits.BeginAsync(productId, editor, cancellationToken);
        if ((await ListAsync(edit, cancellationToken)).All(picture => picture.Hash != hash)) throw Unknown();
        edit.Batch.Add(PictureSql.Remove, productId, Convert.FromHexString(hash));
        edit.Batch.Add(PictureSql.Keep, Convert.FromHexString(hash));
        edit.Batch.Add(PictureSql.ShowFirst, productId);
        await edit.CommitAsync("picture.removed", cancellationToken);
    }

    /// <summary>The bytes; null when there is no such picture.</summary>
    /// <exception cref="ProblemException">503 busy.</exception>
    public Task<byte[]?> ReadAsync(byte[] hash, string format, CancellationToken cancellationToken) => gate.RunAsync(
        async token =>
        {
            // Of the primary: it may be asked for as soon as it is uploaded.
            await using var command = reads.Primary.CreateCommand(PictureSql.Read);
            command.Parameters.Add(new NpgsqlParameter { Value = hash });
            command.Parameters.Add(new NpgsqlParameter { Value = format });
            return (byte[]?)await command.ExecuteScalarAsync(token);
        },
        cancellationToken);

    internal static ProblemException Unknown() => Problem.NotFound("picture_unknown", "There is no such picture.");

    private static async Task<List<PictureRow>> ListAsync(ProductEdit edit, CancellationToken cancellationToken)
    {
        await using var command = edit.CreateCommand(PictureSql.OfProduct, edit.Product.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var pictures = new List<PictureRow>();
        while (await reader.ReadAsync(cancellationToken)) pictures.Add(PictureRow.Read(reader));
        return pictures;
    }
}
