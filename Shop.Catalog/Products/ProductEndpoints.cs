using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Inventory;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>Products: everybody reads, administrators write.</summary>
public static class ProductEndpoints
{
    public static void AddProducts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ProductStore>();
        builder.Services.AddSingleton<ProductList>();
        builder.Services.AddSingleton<VariantList>();
        builder.Services.AddSingleton<ProductCache>();
        builder.Services.AddSingleton<CategoryList>();
        builder.Services.AddSingleton<GoodsReceipt>();
    }

    public static void MapProducts(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/products").WithTags("Products").RequireAuthorization(ShopClaims.Admin);
        group.MapGet("/", ProductReads.ListAsync).AllowAnonymous()
            .WithName("ListProducts").WithSummary("List and search products, page by page").Produces<ProductPage>();
        group.MapGet("/{id}", ProductReads.GetAsync).AllowAnonymous()
            .WithName("GetProduct").WithSummary("A product with its description")
            .Produces<ProductDetail>().Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/", CreateAsync)
            .WithName("CreateProduct").WithSummary("Add a product to the assortment").ProducesValidationProblem();
        group.MapPut("/{id}", ChangeAsync)
            .WithName("ChangeProduct").WithSummary("Change a product; what is left out stays as it is")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/{id}", RetireAsync)
            .WithName("RetireProduct").WithSummary("Stop selling a product").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/{id}/stock", ReceiveAsync)
            .WithName("ReceiveGoods").WithSummary("Receive goods").ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Created<ProductDetail>> CreateAsync(
        ProductInput input, HttpContext http, ProductStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        var id = await store.CreateAsync(ProductRules.CheckNew(input), input.Sku, input.Stock ?? 0, cancellationToken);
        await cache.OutdateAsync(id, cancellationToken);
        var row = await store.FindAsync(id, cancellationToken) ?? throw ProductProblems.Unknown(id);
        return TypedResults.Created(FormattableString.Invariant($"/api/products/{id}"), row.ToDetail(Language.Choose(http, asked: null)));
    }

    private static async Task<Ok<ProductDetail>> ChangeAsync(
        long id, ProductInput input, HttpContext http, ProductStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        var change = await store.ChangeAsync(id, input, cancellationToken) ?? throw ProductProblems.Unknown(id);
        await cache.OutdateAsync(change.ProductId, cancellationToken);
        var row = await store.FindAsync(id, cancellationToken) ?? throw ProductProblems.Unknown(id);
        return TypedResults.Ok(row.ToDetail(Language.Choose(http, asked: null)));
    }

    private static async Task<NoContent> RetireAsync(
        long id, ProductStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        var change = await store.RetireAsync(id, cancellationToken) ?? throw ProductProblems.Unknown(id);
        await cache.OutdateAsync(change.ProductId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<StockLevel>> ReceiveAsync(
        long id, GoodsInput input, GoodsReceipt goods, CancellationToken cancellationToken) =>
        TypedResults.Ok(await goods.ReceiveAsync(id, input.Sku, ProductRules.CheckGoods(input), cancellationToken));
}
