using System.Diagnostics;
using Shop.Catalog.Promotions;

namespace Shop.Catalog.Inventory;

/// <summary>
/// What an operation does to stock and reservations: a pure function over a <see cref="StockBook"/>. It refuses before it
/// moves, so a refused operation leaves the book as it was. Messages carry the order's version; one that is not newer than
/// the last is ignored, which makes every order of arrival and every repeat end in the same state.
/// </summary>
public static class StockDecider
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    public static StockOutcome Decide(StockBook book, StockOperation operation) => operation switch
    {
        Reserve reserve => DecideReserve(book, reserve),
        Release release => DecideRelease(book, release),
        Confirm confirm => DecideConfirm(book, confirm),
        Expire expire => DecideExpire(book, expire),
        TakeBack back => DecideTakeBack(book, back),
        _ => throw new UnreachableException(),
    };

    private static StockOutcome DecideReserve(StockBook book, Reserve reserve)
    {
        var known = book.Reservation(reserve.OrderId);
        if (known is { State: ReservationState.Confirmed }) return StockOutcome.Refused(Refusal.Closed);
        if (known is not null && reserve.Revision <= known.Revision) return Repeat(book, known, reserve);
        if (reserve.Revision > known?.PaidRevision) return StockOutcome.Refused(Refusal.Closed);
        if (known?.CustomerId is { } owner && owner != reserve.CustomerId) return StockOutcome.Refused(Refusal.Conflict);

        var held = HeldOf(known);
        if (WhyNot(book, reserve, held) is { } refused) return refused;
        var total = reserve.Lines.Sum(line => (held.GetValueOrDefault(line.VariantId)?.Price ?? book.Stock(line.VariantId)!.Price) * line.Quantity);
        if (CouponDecider.WhyNot(book, reserve, known, total) is { } unusable) return unusable;
        var coupon = CouponDecider.Apply(book, reserve, known, total);
        var reservation = Hold(book, reserve, known, held, coupon);
        return reservation.PaidRevision == reserve.Revision
            ? Sell(book, reservation, reserve.Revision, reservation.Version)
            : new StockOutcome(reservation, Changed: true);
    }

    private static Dictionary<long, ReservationLine> HeldOf(Reservation? known) =>
        known is { State: ReservationState.Reserved } ? known.Held.ToDictionary(line => line.VariantId) : [];

    // Held is held until the sweeper comes; but nobody may build an order on a lease that is over.
    private static bool IsAlive(StockBook book, Reservation? known) =>
        known is { State: ReservationState.Reserved } && known.LeaseUntil > book.Now;

    private static StockOutcome Repeat(StockBook book, Reservation known, Reserve reserve)
    {
        if (!IsAlive(book, known)) return StockOutcome.Refused(Refusal.Closed);
        return known.Revision == reserve.Revision && known.BodyHash.AsSpan().SequenceEqual(reserve.BodyHash)
            ? new StockOutcome(known)
            : StockOutcome.Refused(Refusal.Conflict);
    }

    private static StockOutcome? WhyNot(StockBook book, Reserve reserve, Dictionary<long, ReservationLine> held)
    {
        foreach (var line in reserve.Lines)
        {
            var row = book.Stock(line.VariantId);
            var has = held.GetValueOrDefault(line.VariantId)?.Quantity ?? 0;
            var more = line.Quantity - has;
            if (row is null || (!row.Sellable && more > 0)) return StockOutcome.Refused(Refusal.ProductUnknown, line.VariantId);
            if (more > row.Available) return StockOutcome.Refused(Refusal.SoldOut, line.VariantId, row.Available + has);
            if (more > 0 && book.Allowance(row, reserve.CustomerId) is var allowance && more > allowance)
                return StockOutcome.Refused(Refusal.LimitReached, line.VariantId, allowance + has, row.LimitPerCustomer!.Value);
        }
        return null;
    }

    private static Reservation Hold(
        StockBook book, Reserve reserve, Reservation? known, Dictionary<long, ReservationLine> held, AppliedCoupon? coupon)
    {
        var reservation = new Reservation(
            reserve.OrderId, reserve.Revision, reserve.BodyHash, reserve.CustomerId, ReservationState.Reserved,
            IsAlive(book, known) ? known!.LeaseUntil : book.Now + Lease, known?.Version ?? 0, known?.Lines ?? [], coupon,
            known?.PaidRevision);
        var lines = new List<ReservationLine>(reserve.Lines.Count);
        foreach (var line in reserve.Lines)
        {
            held.Remove(line.VariantId, out var before);
            Adjust(book, reservation, line.VariantId, line.Quantity - (before?.Quantity ?? 0));
            lines.Add(LineOf(book.Stock(line.VariantId)!, line.Quantity, reserve.Revision, before));
        }
        foreach (var dropped in held.Values) Adjust(book, reservation, dropped.VariantId, -dropped.Quantity);

        reservation = book.AddLines(reservation, lines);
        book.Put(reservation);
        return reservation;
    }

    // A variant that the order held already keeps the price and the name that the customer was shown.
    private static ReservationLine LineOf(StockRow row, int quantity, int revision, ReservationLine? before) =>
        before is null
            ? new ReservationLine(
                revision, row.VariantId, row.ProductId, row.Sku, quantity, row.Price, row.Currency, row.Name, row.NameZh)
            : before with { Revision = revision, Quantity = quantity };

    private static void Adjust(StockBook book, Reservation order, long variantId, int more)
    {
        if (more >= 0) book.Move(MovementKind.Reserved, variantId, more, order);
        else book.Move(MovementKind.Released, variantId, -more, order);
    }

    private static StockOutcome DecideRelease(StockBook book, Release release)
    {
        var known = book.Reservation(release.OrderId) ?? Blank(release.OrderId, book.Now);
        if (release.Revision < known.Revision) return StockOutcome.Nothing;
        var stale = release.Version <= known.Version;
        if (known.IsPaid && (stale || release.Version is null)) return StockOutcome.Refused(Refusal.Sold);
        if (stale) return StockOutcome.Nothing;

        GiveBack(book, known);
        book.Put(known with
        {
            State = ReservationState.Released, Revision = release.Revision, Version = release.Version ?? known.Version,
            Coupon = CouponDecider.GiveBack(book, known), PaidRevision = null,
        });
        return StockOutcome.Done;
    }

    private static void GiveBack(StockBook book, Reservation reservation)
    {
        foreach (var line in reservation.Held)
            book.Move(MovementKind.Released, line.VariantId, line.Quantity, reservation);
        if (reservation.State != ReservationState.Confirmed) return;
        foreach (var line in reservation.LinesOf(reservation.Revision))
            book.Move(MovementKind.Returned, line.VariantId, line.Kept, reservation);
    }

    private static StockOutcome DecideConfirm(StockBook book, Confirm confirm)
    {
        var stored = book.Reservation(confirm.OrderId);
        var known = stored ?? Blank(confirm.OrderId, book.Now);
        if (known.State == ReservationState.Confirmed) return Again(book, known, confirm);
        // A payment that waits for its reservation may be told again, at the latest when the lease is over.
        if (confirm.Version < known.Version || (confirm.Version == known.Version && known.PaidRevision is null))
            return StockOutcome.Refused(Refusal.Closed);
        return confirm.Revision > known.Revision && (stored is null || IsAlive(book, known))
            ? Await(book, known, confirm)
            : Sell(book, known, confirm.Revision, confirm.Version);
    }

    private static StockOutcome Again(StockBook book, Reservation known, Confirm confirm)
    {
        if (confirm.Version <= known.Version) return new StockOutcome(known);
        var newer = known with { Version = confirm.Version };
        book.PutSold(newer);
        return new StockOutcome(newer, Changed: true);
    }

    /// <summary>The payment has overtaken its reservation, which is sold when it comes. What earlier revisions hold stays held.</summary>
    private static StockOutcome Await(StockBook book, Reservation known, Confirm confirm)
    {
        if (known.PaidRevision == confirm.Revision && known.Version == confirm.Version) return new StockOutcome(known);
        var waiting = known with
        {
            State = ReservationState.Reserved, LeaseUntil = IsAlive(book, known) ? known.LeaseUntil : book.Now + Lease,
            PaidRevision = confirm.Revision, Version = confirm.Version,
        };
        book.Put(waiting);
        return new StockOutcome(waiting, Changed: true);
    }

    /// <summary>Of a revision that never came, the last one that did is what the customer can have.</summary>
    private static StockOutcome Sell(StockBook book, Reservation known, int revision, long version)
    {
        var paid = known.LinesOf(revision);
        if (paid.Count == 0 && known.Lines.Count > 0) paid = known.LinesOf(known.Lines.Max(line => line.Revision));
        var (sold, shortage) = Sell(book, known, paid);
        sold = sold with
        {
            State = ReservationState.Confirmed, Revision = paid.Count == 0 ? known.Revision : paid[0].Revision, Version = version,
            Coupon = CouponDecider.Keep(book, sold), PaidRevision = null,
        };
        book.PutSold(sold);
        return new StockOutcome(sold, Changed: true, Shortage: shortage);
    }

    /// <summary>
    /// Sells the paid lines out of what is held. What is not held, because the lease has gone or another revision was paid
    /// for, is taken if it is still there and the customer may have it, else the line is marked short.
    /// </summary>
    private static (Reservation Reservation, int Shortage) Sell(
        StockBook book, Reservation reservation, IReadOnlyList<ReservationLine> paid)
    {
        var held = reservation.Held.ToDictionary(line => line.VariantId, line => line.Quantity);
        var shortages = 0;
        foreach (var line in paid)
        {
            held.Remove(line.VariantId, out var has);
            var missing = Math.Max(0, line.Quantity - has);
            var shortage = missing <= Obtainable(book, line.VariantId, reservation.CustomerId) ? 0 : missing;
            Adjust(book, reservation, line.VariantId, line.Quantity - shortage - has);
            book.Move(MovementKind.Sold, line.VariantId, line.Quantity - shortage, reservation);
            reservation = book.ChangeLine(reservation, line, shortage, returned: 0);
            shortages += shortage;
        }
        foreach (var (variantId, quantity) in held) Adjust(book, reservation, variantId, -quantity);
        return (reservation, shortages);
    }

    private static int Obtainable(StockBook book, long variantId, Guid? customerId) =>
        book.Stock(variantId) is { } row ? Math.Min(row.Available, book.Allowance(row, customerId)) : 0;

    private static StockOutcome DecideTakeBack(StockBook book, TakeBack back)
    {
        if (book.Reservation(back.OrderId) is not { State: ReservationState.Confirmed } known)
            return StockOutcome.Refused(Refusal.NotSold);
        var sold = known.LinesOf(known.Revision).ToDictionary(line => line.VariantId);
        foreach (var line in back.Lines)
        {
            var kept = sold.GetValueOrDefault(line.VariantId)?.Kept ?? 0;
            if (line.Quantity > kept) return StockOutcome.Refused(Refusal.MoreThanSold, line.VariantId, kept);
        }

        var changed = known;
        foreach (var line in back.Lines)
        {
            var from = sold[line.VariantId];
            book.Move(MovementKind.Returned, line.VariantId, line.Quantity, known, back.Reason, back.Actor);
            changed = book.ChangeLine(changed, from, from.Shortage, from.Returned + line.Quantity);
        }
        book.Put(changed);
        return new StockOutcome(changed, Changed: true);
    }

    private static StockOutcome DecideExpire(StockBook book, Expire expire)
    {
        var known = book.Reservation(expire.OrderId);
        if (known is not { State: ReservationState.Reserved }) return StockOutcome.Nothing;
        if (known.LeaseUntil + expire.Grace > book.Now) return StockOutcome.Nothing;
        GiveBack(book, known);
        book.Put(known with { State = ReservationState.Expired, Coupon = CouponDecider.GiveBack(book, known), PaidRevision = null });
        return StockOutcome.Done;
    }

    // Revision 0 holds no lines and is older than any reservation.
    private static Reservation Blank(Guid orderId, DateTimeOffset now) =>
        new(orderId, 0, [], null, ReservationState.Released, now, 0, []);
}
