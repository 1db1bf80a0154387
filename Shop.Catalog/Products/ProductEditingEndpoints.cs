using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>What administrators do with single products.</summary>
public static class ProductEditingEndpoints
{
    public static void MapProductEditing(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/products").WithTags("Administration").RequireAuthorization(ShopClaims.Admin);
        group.MapGet("/{id}/edit", GetAsync)
            .WithName("GetProductForEditing").WithSummary("A product with all that can be changed; its entity tag is for If-Match")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/", CreateAsync)
            .WithName("CreateProduct").WithSummary("Add a product to the assortment")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPut("/{id}", ChangeAsync)
            .WithName("ChangeProduct").WithSummary("Change a product; what is left out stays as it is")
            .ProducesValidationProblem().ProducesChangeProblems();
        group.MapDelete("/{id}", RetireAsync).WithName("RetireProduct").WithSummary("Stop selling a product").ProducesChangeProblems();
        group.MapPost("/{id}/variants", CreateVariantAsync)
            .WithName("CreateVariant").WithSummary("Add a variant").ProducesValidationProblem().ProducesChangeProblems();
        group.MapPut("/{id}/variants/{sku}", ChangeVariantAsync)
            .WithName("ChangeVariant").WithSummary("Change a variant; what is left out is gone")
            .ProducesValidationProblem().ProducesChangeProblems();
        group.MapDelete("/{id}/variants/{sku}", RetireVariantAsync)
            .WithName("RetireVariant").WithSummary("Stop selling a variant").ProducesChangeProblems();
    }

    internal static RouteHandlerBuilder ProducesChangeProblems(this RouteHandlerBuilder route) => route
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);

    private static async Task<Ok<ProductForEditing>> GetAsync(
        long id, HttpContext http, ProductEditing editing, CancellationToken cancellationToken)
    {
        var product = await editing.FindAsync(id, cancellationToken) ?? throw ProductProblems.Unknown(id);
        http.Response.Headers.ETag = Editor.Tag(product.Version);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(product);
    }

    private static async Task<Created<ProductDetail>> CreateAsync(
        ProductInput input, Editor editor, HttpContext http, ProductChanges changes, ProductStore store,
        CancellationToken cancellationToken)
    {
        var id = await changes.CreateAsync(ProductRules.CheckNew(input), input.Sku, input.Stock ?? 0, editor, cancellationToken);
        return TypedResults.Created(
            FormattableString.Invariant($"/api/products/{id}"), await DetailAsync(id, http, store, cancellationToken));
    }

    private static async Task<Ok<ProductDetail>> ChangeAsync(
        long id, ProductInput input, Editor editor, HttpContext http, ProductChanges changes, ProductStore store,
        CancellationToken cancellationToken)
    {
        http.Response.Headers.ETag = Editor.Tag(await changes.ChangeAsync(id, input, editor, cancellationToken));
        return TypedResults.Ok(await DetailAsync(id, http, store, cancellationToken));
    }

    private static async Task<NoContent> RetireAsync(
        long id, Editor editor, ProductChanges changes, CancellationToken cancellationToken)
    {
        await changes.RetireAsync(id, editor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Created<ProductDetail>> CreateVariantAsync(
        long id, NewVariantInput input, Editor editor, HttpContext http, VariantStore variants, ProductStore store,
        CancellationToken cancellationToken)
    {
        var content = VariantRules.CheckNew(input);
        http.Response.Headers.ETag = Editor.Tag(await variants.CreateAsync(id, content, input.Stock ?? 0, editor, cancellationToken));
        return TypedResults.Created(
            FormattableString.Invariant($"/api/products/{id}/variants/{content.Sku}"),
            await DetailAsync(id, http, store, cancellationToken));
    }

    private static async Task<Ok<ProductDetail>> ChangeVariantAsync(
        long id, string sku, VariantInput input, Editor editor, HttpContext http, VariantStore variants, ProductStore store,
        CancellationToken cancellationToken)
    {
        http.Response.Headers.ETag = Editor.Tag(await variants.ChangeAsync(id, sku, input, editor, cancellationToken));
        return TypedResults.Ok(await DetailAsync(id, http, store, cancellationToken));
    }

    private static async Task<NoContent> RetireVariantAsync(
        long id, string sku, Editor editor, VariantStore variants, CancellationToken cancellationToken)
    {
        await variants.RetireAsync(id, sku, editor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<ProductDetail> DetailAsync(
        long id, HttpContext http, ProductStore store, CancellationToken cancellationToken)
    {
        var row = await store.FindAsync(id, cancellationToken) ?? throw ProductProblems.Unknown(id);
        return row.ToDetail(Language.Choose(http, asked: null));
    }
}
