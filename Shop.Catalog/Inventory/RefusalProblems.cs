using System.Diagnostics;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Refusals as other services see them.</summary>
public static class RefusalProblems
{
    public static string Code(this Refusal refusal) => refusal switch
    {
        Refusal.SoldOut => "sold_out",
        Refusal.LimitReached => "limit_reached",
        Refusal.ProductUnknown => "product_unknown",
        Refusal.Conflict => "reservation_conflict",
        Refusal.Closed => "reservation_closed",
        Refusal.Sold => "reservation_sold",
        Refusal.NotSold => "not_sold",
        Refusal.MoreThanSold => "more_than_sold",
        Refusal.CouponUnknown => "coupon_unknown",
        Refusal.CouponNotValid => "coupon_not_valid",
        Refusal.CouponMinimum => "coupon_minimum",
        Refusal.CouponUsedUp => "coupon_used_up",
        Refusal.CouponLimit => "coupon_limit",
        _ => throw new UnreachableException(),
    };

    public static bool IsAboutCoupon(this Refusal refusal) => refusal is Refusal.CouponUnknown or Refusal.CouponNotValid
        or Refusal.CouponMinimum or Refusal.CouponUsedUp or Refusal.CouponLimit;

    /// <summary>Amounts are in minor units.</summary>
    /// <param name="line">What was asked for of the refused variant; null when the refusal is about the whole order.</param>
    public static ProblemException ToProblem(this StockOutcome outcome, ReservationRequestLine? line)
    {
        var refusal = outcome.Refusal ?? throw new InvalidOperationException("Not a refusal.");
        var status = refusal is Refusal.ProductUnknown or Refusal.CouponUnknown ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict;
        var problem = new ProblemException(status, refusal.Code(), outcome.Detail(), refusal.IsAboutCoupon() ? "coupon" : null);
        if (line is not null) problem.Extensions["productId"] = line.ProductId;
        if (line?.Sku is not null) problem.Extensions["sku"] = line.Sku;
        if (refusal is Refusal.SoldOut or Refusal.MoreThanSold) problem.Extensions["available"] = outcome.Available;
        if (refusal is Refusal.LimitReached)
            (problem.Extensions["limit"], problem.Extensions["left"]) = (outcome.Limit, outcome.Available);
        if (refusal is Refusal.CouponLimit) problem.Extensions["limit"] = outcome.Limit;
        if (refusal is Refusal.CouponMinimum) problem.Extensions["minimum"] = outcome.Minimum;
        return problem;
    }

    private static string Detail(this StockOutcome outcome) => outcome.Refusal switch
    {
        Refusal.SoldOut => $"Only {outcome.Available} units are available.",
        Refusal.LimitReached => $"A customer may have {outcome.Limit} units; this one may have {outcome.Available} more.",
        Refusal.ProductUnknown => "There is no such product for sale.",
        Refusal.Conflict => "Another request was made under this or a later revision.",
        Refusal.CouponUnknown => "There is no coupon of this code.",
        Refusal.CouponNotValid => "The coupon cannot be used now.",
        Refusal.CouponMinimum => "The order is too small for the coupon.",
        Refusal.CouponUsedUp => "All uses of the coupon are taken.",
        Refusal.CouponLimit => $"A customer may use the coupon {outcome.Limit} times.",
        Refusal.Sold => "The order was paid; what it bought comes back by a return, or when the order says that it has ended.",
        Refusal.NotSold => "Nothing was sold to this order.",
        Refusal.MoreThanSold => $"Only {outcome.Available} units were sold and have not come back.",
        _ => "The order's reservation has ended.",
    };
}
