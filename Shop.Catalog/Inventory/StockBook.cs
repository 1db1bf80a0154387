using Shop.Catalog.Promotions;

namespace Shop.Catalog.Inventory;

/// <summary>The units of a limited variant that a customer holds and has bought.</summary>
public readonly record struct CustomerUnits(long VariantId, Guid CustomerId, int Units);

/// <summary>
/// The rows that one transaction has locked, and what is to be written back: counters, movements, reservations.
/// </summary>
public sealed class StockBook
{
    private readonly Dictionary<long, StockRow> _stock;
    private readonly Dictionary<Guid, Reservation> _reservations;
    private readonly Dictionary<(long VariantId, Guid CustomerId), int> _units;
    private readonly HashSet<(long VariantId, Guid CustomerId)> _changedUnits = [];
    private readonly HashSet<Guid> _changed = [];
    private readonly List<StockMovement> _movements = [];
    private readonly List<(Guid OrderId, ReservationLine Line)> _newLines = [];
    private readonly List<Reservation> _sold = [];
    private readonly Dictionary<(Guid OrderId, int Revision, long VariantId), ReservationLine> _changedLines = [];

    /// <param name="now">The database's <c>shop_now()</c>, by which leases are judged.</param>
    /// <param name="units">Of the limited variants and the customers concerned; who is missing has none.</param>
    public StockBook(
        DateTimeOffset now, IEnumerable<StockRow> stock, IEnumerable<Reservation> reservations, IEnumerable<CustomerUnits>? units = null,
        PromotionBook? promotions = null)
    {
        Now = now;
        Promotions = promotions ?? PromotionBook.Empty;
        _stock = stock.ToDictionary(row => row.VariantId);
        _reservations = reservations.ToDictionary(reservation => reservation.OrderId);
        _units = (units ?? []).ToDictionary(row => (row.VariantId, row.CustomerId), row => row.Units);
    }

    public DateTimeOffset Now { get; }
    public PromotionBook Promotions { get; }
    public IReadOnlyList<StockMovement> Movements => _movements;
    public IReadOnlyList<(Guid OrderId, ReservationLine Line)> NewLines => _newLines;

    /// <summary>As they were sold; operations that came after may have changed them again.</summary>
    public IReadOnlyList<Reservation> Sold => _sold;
    public IEnumerable<(Guid OrderId, ReservationLine Line)> ChangedLines => _changedLines.Select(line => (line.Key.OrderId, line.Value));
    public IEnumerable<Reservation> ChangedReservations => _changed.Select(id => _reservations[id]);

    /// <summary>In the order in which everybody locks them.</summary>
    public IEnumerable<CustomerUnits> ChangedUnits => _changedUnits.Order().Select(key => new CustomerUnits(key.VariantId, key.CustomerId, _units[key]));


    public StockRow? Stock(long variantId) => _stock.GetValueOrDefault(variantId);

    public Reservation? Reservation(Guid orderId) => _reservations.GetValueOrDefault(orderId);

    public int Available(long variantId) => Stock(variantId)?.Available ?? 0;

    /// <summary>How many more units the customer may have of a variant.</summary>
    public int Allowance(StockRow row, Guid? customerId) =>
        row.LimitPerCustomer is { } limit && customerId is { } customer
            ? Math.Max(0, limit - _units.GetValueOrDefault((row.VariantId, customer)))
            : int.MaxValue;

    /// <summary>Moves units of an order; nothing at all when the quantity is zero.</summary>
    public void Move(MovementKind kind, long variantId, int quantity, Reservation order, string? reason = null, Guid? actor = null)
    {
        if (quantity == 0) return;
        var movement = new StockMovement(kind, variantId, quantity, order.OrderId, reason, actor);
        var row = _stock[variantId];
        row.Apply(movement);
        _movements.Add(movement);
        if (row.LimitPerCustomer is not null && order.CustomerId is { } customer) Count(variantId, customer, movement.CustomerDelta);
    }

    public void Put(Reservation reservation)
    {
        _reservations[reservation.OrderId] = reservation;
        _changed.Add(reservation.OrderId);
    }

    public void PutSold(Reservation reservation)
    {
        Put(reservation);
        _sold.Add(reservation);
    }

    /// <summary>Adds the lines of a new revision and returns the reservation with them.</summary>
    public Reservation AddLines(Reservation reservation, IReadOnlyList<ReservationLine> lines)
    {
        foreach (var line in lines) _newLines.Add((reservation.OrderId, line));
        return reservation with { Lines = [.. reservation.Lines, .. lines] };
    }

    /// <summary>Notes what became of a sold line, and returns the reservation with the note.</summary>
    public Reservation ChangeLine(Reservation reservation, ReservationLine line, int shortage, int returned)
    {
        if (line.Shortage == shortage && line.Returned == returned) return reservation;
        var changed = line with { Shortage = shortage, Returned = returned };
        _changedLines[(reservation.OrderId, line.Revision, line.VariantId)] = changed;
        return reservation with { Lines = [.. reservation.Lines.Select(l => ReferenceEquals(l, line) ? changed : l)] };
    }

    // Never below zero: an order must not fail for ever because the books were wrong before; the audit shows that.
    private void Count(long variantId, Guid customerId, int delta)
    {
        if (delta == 0) return;
        var key = (variantId, customerId);
        _units[key] = Math.Max(0, _units.GetValueOrDefault(key) + delta);
        _changedUnits.Add(key);
    }
}
