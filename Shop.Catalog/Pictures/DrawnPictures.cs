using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Shop.Catalog.Cache;
using Shop.Catalog.Products;
using Shop.Catalog.Search;

namespace Shop.Catalog.Pictures;

/// <param name="Version">Of the product.</param>
internal sealed record DrawnPicture(int Version, byte[] Svg);

/// <summary>The pictures that are drawn, also of retired products: orders go on showing them.</summary>
internal sealed class DrawnPictures(CatalogReads reads, KnownProducts known, LoadGate gate, CacheOptions options)
{
    private const string Find =
        """
        SELECT t.name, p.category, p.version
        FROM products p JOIN product_texts t ON t.product_id = p.id AND t.language = 'en' WHERE p.id = $1
        """;

    // What an entry weighs beside its bytes.
    private const int Overhead = 200;

    // A picture of a version never changes, so nothing has to be told of changes.
    private readonly BoundedCache<(long Id, int Version), DrawnPicture> _drawn = new(options.PictureBytes, options.Policy);

    /// <summary>The picture of that version if it is at hand, else that of the product as it is; null when there is no such product.</summary>
    public async ValueTask<DrawnPicture?> FindAsync(long id, int? version, CancellationToken cancellationToken)
    {
        if (version is { } asked && _drawn.TryGet((id, asked), out var picture)) return picture;
        if (!await known.MayExistAsync(id, cancellationToken)) return null;
        picture = await gate.RunAsync(token => DrawAsync(id, token), cancellationToken);
        if (picture is not null) _drawn.Set((id, picture.Version), picture, picture.Svg.Length + Overhead);
        return picture;
    }

    private async Task<DrawnPicture?> DrawAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = reads.Primary.CreateCommand(Find);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new DrawnPicture(reader.GetInt32(2), Encoding.UTF8.GetBytes(ProductPicture.Draw(id, reader.GetString(0), reader.GetString(1))))
            : null;
    }
}

internal static class DrawnPictureEndpoints
{
    public static void MapDrawnPictures(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/products/{id}/image.svg", GetAsync).AllowAnonymous().WithTags("Products")
            .WithName("GetPicture").WithSummary("A product's picture").Produces(StatusCodes.Status200OK, contentType: "image/svg+xml")
            .Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound);

    /// <param name="v">The version in <c>imageUrl</c>; that address may be kept for ever.</param>
    private static async Task<FileContentHttpResult> GetAsync(
        long id, string? v, HttpContext http, DrawnPictures pictures, CancellationToken cancellationToken)
    {
        int? asked = int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        var picture = await pictures.FindAsync(id, asked, cancellationToken) ?? throw ProductProblems.Unknown(id);
        http.Response.Headers.CacheControl = picture.Version == asked ? "public, max-age=31536000, immutable" : "no-cache";
        // Opened by itself, a picture must not be able to run or load anything.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(
            picture.Svg, "image/svg+xml",
            entityTag: new EntityTagHeaderValue(FormattableString.Invariant($"\"{picture.Version}\"")));
    }
}
