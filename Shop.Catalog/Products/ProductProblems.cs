using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

internal static class ProductProblems
{
    public static ProblemException Unknown(long id)
    {
        var problem = Problem.NotFound("product_unknown", "There is no such product for sale.");
        problem.Extensions["productId"] = id;
        return problem;
    }
}
