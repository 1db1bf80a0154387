using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Shop.Catalog.Products;

namespace Shop.Catalog.Pictures;

/// <summary>The pictures that are drawn, also of retired products: orders go on showing them.</summary>
internal static class DrawnPictures
{
    private const string Find =
        """
        SELECT t.name, p.category, p.version
        FROM products p JOIN product_texts t ON t.product_id = p.id AND t.language = 'en' WHERE p.id = $1
        """;

    public static void MapDrawnPictures(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/products/{id}/image.svg", GetAsync).AllowAnonymous().WithTags("Products")
            .WithName("GetPicture").WithSummary("A product's picture").Produces(StatusCodes.Status200OK, contentType: "image/svg+xml")
            .Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound);

    /// <param name="v">The version in <c>imageUrl</c>; that address may be kept for ever.</param>
    private static async Task<FileContentHttpResult> GetAsync(
        long id, string? v, HttpContext http, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw ProductProblems.Unknown(id);

        var version = reader.GetInt32(2).ToString(CultureInfo.InvariantCulture);
        var svg = ProductPicture.Draw(id, reader.GetString(0), reader.GetString(1));
        http.Response.Headers.CacheControl = v == version ? "public, max-age=31536000, immutable" : "no-cache";
        // Opened by itself, a picture must not be able to run or load anything.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(
            Encoding.UTF8.GetBytes(svg), "image/svg+xml", entityTag: new EntityTagHeaderValue($"\"{version}\""));
    }
}
