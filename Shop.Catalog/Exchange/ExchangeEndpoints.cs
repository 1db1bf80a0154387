using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
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
    private const string Products = "/api/products";
    private const string Imports = "/imports";

    public static void AddExchange(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ImportOptions>().BindConfiguration(ImportOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ProductExport>();
        builder.Services.AddSingleton<ImportStore>();
        builder.Services.AddSingleton<ProductImport>();
        builder.Services.AddSingleton<ImportQueue>();
        builder.Services.AddSingleton<ImportRecords>();
        builder.Services.AddHostedService<ImportSweeper>();
    }

    public static void MapExchange(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Products).WithTags("Administration").RequireAuthorization(ShopClaims.Admin);
        group.MapGet("/export", ExportAsync)
            .WithName("ExportProducts").WithSummary("All products and variants on sale as CSV")
            .Produces(StatusCodes.Status200OK, contentType: MediaType);
        group.MapPost("/import", ImportAsync)
            .WithName("ImportProducts").WithSummary("Create and change products as a CSV file says, all or nothing")
            .WithDescription(
                "200: it is done, or with dryRun=true, that is what it would do. 202, with async=true, which large files need: it is queued "
                + "behind those that came before, and what becomes of it is read at its Location.")
            .TakesBody(MaxBytes, MediaType)
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        group.MapGet(Imports, ListAsync)
            .WithName("ListImports").WithSummary("Imports that were queued, the newest first").ProducesValidationProblem();
        group.MapGet(Imports + "/{id}", FindAsync)
            .WithName("GetImport").WithSummary("What became of an import that was queued, with everything that is wrong with its file")
            .WithDescription(
                "state: queued; running; done; refused, as the file or what it names is wrong (code and errors say it); failed, as it was "
                + "tried in vain. A dry run is done with its errors.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static PushStreamHttpResult ExportAsync(ProductExport export, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(
            body => export.WriteAsync(body, http.RequestAborted), MediaType + "; charset=utf-8; header=present", "products.csv");
    }

    /// <param name="dryRun">True: says what the file would do and what is wrong with it, and changes nothing.</param>
    /// <param name="later">True: answers once the file is stored, and imports it when its turn comes.</param>
    private static async Task<Results<Ok<ImportReport>, Accepted<ImportItem>>> ImportAsync(
        bool? dryRun, [FromQuery(Name = "async")] bool? later, HttpRequest request, Editor editor, ProductImport import, ImportQueue queue,
        CancellationToken cancellationToken)
    {
        if (request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is not MediaType)
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, ProblemCodes.ForStatus(StatusCodes.Status415UnsupportedMediaType),
                "A list of products is text/csv.");
        // Read to its end before anything is locked: a slow client keeps nobody waiting.
        await using var body = new BoundedBody(request, MaxBytes);
        if (later == true)
        {
            var accepted = await queue.AcceptAsync(body, dryRun == true, editor.Id, cancellationToken);
            return TypedResults.Accepted(FormattableString.Invariant($"{Products}{Imports}/{accepted.Id}"), accepted);
        }
        var file = await ImportReader.ReadAsync(body, cancellationToken);
        return TypedResults.Ok(
            dryRun == true ? await import.TryAsync(file, cancellationToken) : await import.RunAsync(file, editor, cancellationToken));
    }

    private static async Task<Ok<ImportPage>> ListAsync(
        long? after, int? limit, HttpContext http, ImportRecords imports, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await imports.ListAsync(after, limit, cancellationToken));
    }

    private static async Task<Ok<ImportItem>> FindAsync(
        long id, HttpContext http, ImportRecords imports, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await imports.FindAsync(id, cancellationToken));
    }
}
