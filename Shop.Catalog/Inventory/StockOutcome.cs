namespace Shop.Catalog.Inventory;

/// <summary>Why an operation was refused.</summary>
public enum Refusal
{
    /// <summary>Fewer units are available than asked for.</summary>
    SoldOut,

    /// <summary>The customer would hold and have bought more units than one may.</summary>
    LimitReached,

    /// <summary>No such product, or it is no longer sold.</summary>
    ProductUnknown,

    /// <summary>Another body under a known revision, or a revision older than the known one.</summary>
    Conflict,

    /// <summary>The order is paid, or this revision of its reservation has ended.</summary>
    Closed,

    /// <summary>The order was paid: only its own later word gives the units back.</summary>
    Sold,

    /// <summary>Units can only come back of an order that was paid.</summary>
    NotSold,

    /// <summary>More units come back than were sold and not yet returned.</summary>
    MoreThanSold,

    /// <summary>There is no coupon of that code.</summary>
    CouponUnknown,

    /// <summary>The coupon's time has not come or is over, or it was stopped.</summary>
    CouponNotValid,

    /// <summary>The lines come to less than the coupon asks for.</summary>
    CouponMinimum,

    /// <summary>Every use of the coupon is taken.</summary>
    CouponUsedUp,

    /// <summary>The customer has used the coupon as often as one may.</summary>
    CouponLimit,
}

/// <summary>How an operation ended; a value of its own, unaffected by later operations of the same batch.</summary>
/// <param name="Reservation">As it is after a <see cref="Reserve"/>, <see cref="Confirm"/> or <see cref="TakeBack"/> that was not refused.</param>
/// <param name="Changed">True when anything is to be stored.</param>
/// <param name="Shortage">Units paid for and not sold by this <see cref="Confirm"/>.</param>
/// <param name="VariantId">The variant that a refusal is about.</param>
/// <param name="Available">How many units of it would not have been refused.</param>
/// <param name="Limit">Units, or uses of the coupon, per customer, when that is the reason.</param>
/// <param name="Minimum">Of the coupon, in minor units, when that is the reason.</param>
/// <param name="IsRemembered">Answered without the database.</param>
public sealed record StockOutcome(
    Reservation? Reservation = null, bool Changed = false, int Shortage = 0, Refusal? Refusal = null,
    long VariantId = 0, int Available = 0, int Limit = 0, long Minimum = 0, bool IsRemembered = false)
{
    public static readonly StockOutcome Nothing = new();
    public static readonly StockOutcome Done = new(Changed: true);
    public static StockOutcome Refused(Refusal why, long variantId = 0, int available = 0, int limit = 0) =>
        new(Refusal: why, VariantId: variantId, Available: available, Limit: limit);
}
