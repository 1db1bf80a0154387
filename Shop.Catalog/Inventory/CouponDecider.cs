using Shop.Catalog.Promotions;

namespace Shop.Catalog.Inventory;

/// <summary>What an operation does to the coupon of a reservation: a part of <see cref="StockDecider"/>, as pure as it is.</summary>
internal static class CouponDecider
{
    /// <summary>
    /// Why the coupon cannot be had for lines of this total; null when it can, or when none is asked for. Who holds it already
    /// needs no second use, and keeps it when it is over or stopped meanwhile, as with a retired variant; only the minimum is
    /// held against the new total.
    /// </summary>
    public static StockOutcome? WhyNot(StockBook book, Reserve reserve, Reservation? known, long total)
    {
        if (reserve.Coupon is null) return null;
        if (book.Promotions.Find(reserve.Coupon) is not { } promotion) return StockOutcome.Refused(Refusal.CouponUnknown);
        var refusal = IsHeld(known, promotion)
            ? total < promotion.Minimum ? Refusal.CouponMinimum : null
            : promotion.WhyNot(book.Now, total, book.Promotions.UsesOf(promotion, reserve.CustomerId));
        return refusal is { } why
            ? StockOutcome.Refused(why, limit: promotion.MaxUsesPerCustomer ?? 0) with { Minimum = promotion.Minimum }
            : null;
    }

    /// <summary>Takes a use unless the order has one of this promotion; one of another is given back.</summary>
    public static AppliedCoupon? Apply(StockBook book, Reserve reserve, Reservation? known, long total)
    {
        var promotion = reserve.Coupon is null ? null : book.Promotions.Find(reserve.Coupon)!;
        if (!IsHeld(known, promotion))
        {
            GiveBack(book, known);
            if (promotion is not null) book.Promotions.Take(promotion.Code, reserve.CustomerId);
        }
        return promotion is null
            ? null
            : new AppliedCoupon(promotion.Id, promotion.Code, promotion.DiscountOn(total), promotion.FreeShipping, Counted: true);
    }

    /// <summary>The use, if this reservation is counted; what was promised stays written.</summary>
    public static AppliedCoupon? GiveBack(StockBook book, Reservation? reservation)
    {
        if (reservation?.Coupon is not { Counted: true } coupon) return reservation?.Coupon;
        book.Promotions.GiveBack(coupon.Code, reservation.CustomerId);
        return coupon with { Counted = false };
    }

    /// <summary>
    /// For an order that was paid: a use that was given back meanwhile is taken again if one is left. If not, the price that was
    /// paid stands, uncounted. The period is not asked about again.
    /// </summary>
    public static AppliedCoupon? Keep(StockBook book, Reservation reservation)
    {
        if (reservation.Coupon is not { Counted: false } coupon) return reservation.Coupon;
        if (book.Promotions.WhyNotOneMore(coupon.Code, reservation.CustomerId) is not null) return coupon;
        book.Promotions.Take(coupon.Code, reservation.CustomerId);
        return coupon with { Counted = true };
    }

    private static bool IsHeld(Reservation? known, Promotion? promotion) =>
        known?.Coupon is { Counted: true } coupon && coupon.PromotionId == promotion?.Id;
}
