using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Shop.Catalog.Administration;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Pictures;

/// <summary>Pictures: everybody sees them, administrators upload them.</summary>
public static class PictureEndpoints
{
    private const int HashLength = 64;

    public static void MapPictures(this IEndpointRouteBuilder app)
    {
        app.MapDrawnPictures();
        app.MapGet("/api/pictures/{hash}.{format}", GetAsync).AllowAnonymous().WithTags("Products")
            .WithName("GetUploadedPicture").WithSummary("An uploaded picture")
            .Produces(StatusCodes.Status200OK, contentType: "image/png", additionalContentTypes: ["image/jpeg", "image/webp"])
            .Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound);
        var group = app.MapGroup("/api/products/{id}/pictures").WithTags("Administration").RequireAuthorization(ShopClaims.Admin);
        group.MapPost("/", AddAsync)
            .WithName("AddPicture").WithSummary("Upload a picture: its bytes are the body")
            .TakesBody(PictureRules.MaxBytes, "image/png", "image/jpeg", "image/webp")
            .ProducesValidationProblem().ProducesChangeProblems()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        group.MapPut("/", ArrangeAsync)
            .WithName("ArrangePictures").WithSummary("Order a product's pictures and write their texts")
            .ProducesValidationProblem().ProducesChangeProblems();
        group.MapDelete("/{hash}", RemoveAsync).WithName("RemovePicture").WithSummary("Take a picture off a product").ProducesChangeProblems();
    }

    // The address names the bytes, so whoever has them need not ask.
    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult>> GetAsync(
        string hash, string format, HttpContext http, PictureStore pictures, CancellationToken cancellationToken)
    {
        if (hash.Length != HashLength || !hash.All(char.IsAsciiHexDigitLower)) throw PictureStore.Unknown();
        var tag = new EntityTagHeaderValue($"\"{hash}\"");
        var headers = http.Response.Headers;
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            (headers.ETag, headers.CacheControl) = (tag.ToString(), Forever);
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }
        var bytes = await pictures.ReadAsync(Convert.FromHexString(hash), format, cancellationToken) ?? throw PictureStore.Unknown();
        headers.CacheControl = Forever;
        // Opened by itself, a picture must not be able to run or load anything, nor be taken for something else.
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(bytes, ImageHeader.MediaTypeOf(format), entityTag: tag);
    }

    /// <param name="alt">What it shows, in English.</param>
    /// <param name="altZh">The same in Chinese.</param>
    private static async Task<Created<PictureForEditing>> AddAsync(
        long id, string? alt, string? altZh, Editor editor, HttpContext http, PictureStore pictures,
        CancellationToken cancellationToken)
    {
        var declared = PictureRules.CheckMediaType(http.Request.ContentType);
        var text = PictureRules.CheckText(new PictureText(null, alt, altZh));
        var bytes = await ReadBodyAsync(http.Request, cancellationToken);
        var header = PictureRules.CheckContent(bytes, declared);
        var (picture, version) = await pictures.AddAsync(id, bytes, header, text, editor, cancellationToken);
        http.Response.Headers.ETag = Editor.Tag(version);
        return TypedResults.Created(picture.ToEditing().Url, picture.ToEditing());
    }

    private static async Task<Ok<PictureForEditingList>> ArrangeAsync(
        long id, PictureArrangement arrangement, Editor editor, HttpContext http, PictureStore pictures,
        CancellationToken cancellationToken)
    {
        var (arranged, version) = await pictures.ArrangeAsync(id, arrangement, editor, cancellationToken);
        http.Response.Headers.ETag = Editor.Tag(version);
        return TypedResults.Ok(new PictureForEditingList([.. arranged.Select(picture => picture.ToEditing())]));
    }

    private static async Task<NoContent> RemoveAsync(
        long id, string hash, Editor editor, PictureStore pictures, CancellationToken cancellationToken)
    {
        await pictures.RemoveAsync(id, hash, editor, cancellationToken);
        return TypedResults.NoContent();
    }

    private const string Forever = "public, max-age=31536000, immutable";

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        await using var body = new BoundedBody(request, PictureRules.MaxBytes);
        using var buffer = new MemoryStream((int)(request.ContentLength ?? 0));
        await body.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }
}
