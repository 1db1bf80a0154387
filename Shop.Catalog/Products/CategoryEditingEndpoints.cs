using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

public static class CategoryEditingEndpoints
{
    public static void MapCategoryEditing(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/categories").WithTags("Administration").RequireAuthorization(ShopClaims.Admin);
        group.MapPost("/", CreateAsync).WithName("CreateCategory").WithSummary("Add a category")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPut("/{slug}", ChangeAsync).WithName("ChangeCategory").WithSummary("Rename or move a category")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Created<CategoryForEditing>> CreateAsync(
        CategoryInput input, Editor editor, CategoryEditing categories, CancellationToken cancellationToken)
    {
        var category = await categories.CreateAsync(input, editor, cancellationToken);
        return TypedResults.Created($"/api/categories/{category.Slug}", category);
    }

    private static async Task<Ok<CategoryForEditing>> ChangeAsync(
        string slug, CategoryInput input, Editor editor, CategoryEditing categories, CancellationToken cancellationToken) =>
        TypedResults.Ok(await categories.ChangeAsync(slug, input, editor, cancellationToken));
}
