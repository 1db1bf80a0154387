using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Administration;
using Shop.Catalog.Inventory;
using Shop.Catalog.Pictures;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>Products: everybody reads, administrators write.</summary>
public static class ProductEndpoints
{
    public static void AddProducts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ProductStore>();
        builder.Services.AddSingleton<ProductEdits>();
        builder.Services.AddSingleton<ProductChanges>();
        builder.Services.AddSingleton<ProductEditing>();
        builder.Services.AddSingleton<VariantStore>();
        builder.Services.AddSingleton<PictureStore>();
        builder.Services.AddSingleton<DrawnPictures>();
        builder.Services.AddSingleton<SharedNames>();
        builder.Services.AddSingleton<BrandEditing>();
        builder.Services.AddSingleton<CategoryEditing>();
        builder.Services.AddSingleton<VariantList>();
        builder.Services.AddSingleton<ProductCache>();
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
        group.MapPost("/{id}/stock", ReceiveAsync)
            .WithName("ReceiveGoods").WithSummary("Receive goods")
            .WithDescription("With the header Idempotency-Key a repeat changes nothing and gets the present stock.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<Ok<StockLevel>> ReceiveAsync(
        long id, GoodsInput input, HttpRequest http, Editor editor, GoodsReceipt goods, CancellationToken cancellationToken) =>
        TypedResults.Ok(await goods.ReceiveAsync(
            id, input.Sku, ProductRules.CheckGoods(input), RequestKey.Read(http), editor.Id, cancellationToken));
}
