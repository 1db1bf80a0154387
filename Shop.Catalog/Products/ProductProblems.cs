using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

internal static class ProductProblems
{
    public static ProblemException Unknown(long id, string? sku = null)
    {
        var problem = Problem.NotFound("product_unknown", "There is no such product for sale.");
        problem.Extensions["productId"] = id;
        if (sku is not null) problem.Extensions["sku"] = sku;
        return problem;
    }
}
