using System.Diagnostics;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Refusals as other services see them.</summary>
public static class RefusalProblems
{
    public static string Code(this Refusal refusal) => refusal switch
    {
        Refusal.SoldOut => "sold_out",
        Refusal.ProductUnknown => "product_unknown",
        Refusal.Conflict => "reservation_conflict",
        Refusal.Closed => "reservation_closed",
        _ => throw new UnreachableException(),
    };

    /// <param name="line">What was asked for of the refused variant; null when the refusal is about the whole order.</param>
    public static ProblemException ToProblem(this StockOutcome outcome, ReservationRequestLine? line)
    {
        var refusal = outcome.Refusal ?? throw new InvalidOperationException("Not a refusal.");
        var problem = refusal switch
        {
            Refusal.SoldOut => Problem.Conflict(refusal.Code(), $"Only {outcome.Available} units are available."),
            Refusal.ProductUnknown => Problem.NotFound(refusal.Code(), "There is no such product for sale."),
            Refusal.Conflict => Problem.Conflict(refusal.Code(), "Another request was made under this or a later revision."),
            _ => Problem.Conflict(refusal.Code(), "The order's reservation has ended."),
        };
        if (line is not null) problem.Extensions["productId"] = line.ProductId;
        if (line?.Sku is not null) problem.Extensions["sku"] = line.Sku;
        if (refusal is Refusal.SoldOut) problem.Extensions["available"] = outcome.Available;
        return problem;
    }
}
