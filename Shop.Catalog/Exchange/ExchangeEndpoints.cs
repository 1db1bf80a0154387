using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>All products out to CSV, and in from it.</summary>
public static class ExchangeEndpoints
{
    /// <summary>Of a file, in bytes.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    private const string MediaType = "text/csv";

    public static void AddExchange(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ProductExport>();
        builder.Services.AddSingleton<ImportStore>();
        builder.Services.AddSingleton<ProductImport>();
    }

    public static void MapExchange(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/products").WithTags("Administration").RequireAuthorization(ShopClaims.Admin);
        group.MapGet("/export", ExportAsync)
            .WithName("ExportProducts").WithSummary("All products and variants on sale as CSV")
            .Produces(StatusCodes.Status200OK, contentType: MediaType);
        group.MapPost("/import", ImportAsync)
            .WithName("ImportProducts").WithSummary("Create and change products as a CSV file says, all or nothing")
            .TakesBody(MaxBytes, MediaType)
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    private static PushStreamHttpResult ExportAsync(ProductExport export, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(
            body => export.WriteAsync(body, http.RequestAborted), MediaType + "; charset=utf-8; header=present", "products.csv");
    }

    /// <param name="dryRun">True: says what the file would do and what is wrong with it, and changes nothing.</param>
    private static async Task<Ok<ImportReport>> ImportAsync(
        bool? dryRun, HttpRequest request, Editor editor, ProductImport import, CancellationToken cancellationToken)
    {
        if (request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is not MediaType)
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, ProblemCodes.ForStatus(StatusCodes.Status415UnsupportedMediaType),
                "A list of products is text/csv.");
        // Read to its end before anything is locked: a slow client keeps nobody waiting.
        await using var body = new BoundedBody(request, MaxBytes);
        var file = await ImportReader.ReadAsync(body, cancellationToken);
        return TypedResults.Ok(
            dryRun == true ? await import.TryAsync(file, cancellationToken) : await import.RunAsync(file, editor, cancellationToken));
    }
}
