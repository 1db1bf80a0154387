namespace Shop.Catalog.Inventory;

/// <summary>
/// The rows that one transaction has locked, and what is to be written back: counters, movements, reservations.
/// </summary>
public sealed class StockBook
{
    private readonly Dictionary<long, StockRow> _stock;
    private readonly Dictionary<Guid, Reservation> _reservations;
    private readonly HashSet<Guid> _changed = [];
    private readonly List<StockMovement> _movements = [];
    private readonly List<(Guid OrderId, ReservationLine Line)> _newLines = [];
    private readonly List<(Guid OrderId, ReservationLine Line)> _shortLines = [];

    /// <param name="now">The database's <c>shop_now()</c>, by which leases are judged.</param>
    public StockBook(DateTimeOffset now, IEnumerable<StockRow> stock, IEnumerable<Reservation> reservations)
    {
        Now = now;
        _stock = stock.ToDictionary(row => row.VariantId);
        _reservations = reservations.ToDictionary(reservation => reservation.OrderId);
    }

    public DateTimeOffset Now { get; }
    public IReadOnlyList<StockMovement> Movements => _movements;
    public IReadOnlyList<(Guid OrderId, ReservationLine Line)> NewLines => _newLines;
    public IReadOnlyList<(Guid OrderId, ReservationLine Line)> ShortLines => _shortLines;
    public IEnumerable<Reservation> ChangedReservations => _changed.Select(id => _reservations[id]);

    public StockRow? Stock(long variantId) => _stock.GetValueOrDefault(variantId);

    public Reservation? Reservation(Guid orderId) => _reservations.GetValueOrDefault(orderId);

    public int Available(long variantId) => Stock(variantId)?.Available ?? 0;

    /// <summary>Moves units; nothing at all when the quantity is zero.</summary>
    public void Move(MovementKind kind, long variantId, int quantity, Guid orderId)
    {
        if (quantity == 0) return;
        var movement = new StockMovement(kind, variantId, quantity, orderId);
        _stock[variantId].Apply(movement);
        _movements.Add(movement);
    }

    public void Put(Reservation reservation)
    {
        _reservations[reservation.OrderId] = reservation;
        _changed.Add(reservation.OrderId);
    }

    /// <summary>Adds the lines of a new revision and returns the reservation with them.</summary>
    public Reservation AddLines(Reservation reservation, IReadOnlyList<ReservationLine> lines)
    {
        _newLines.AddRange(lines.Select(line => (reservation.OrderId, line)));
        return reservation with { Lines = [.. reservation.Lines, .. lines] };
    }

    /// <summary>Notes that a line was paid for and not fully taken, and returns the reservation with the note.</summary>
    public Reservation MarkShort(Reservation reservation, ReservationLine line, int shortage)
    {
        var marked = line with { Shortage = shortage };
        _shortLines.Add((reservation.OrderId, marked));
        return reservation with { Lines = [.. reservation.Lines.Select(l => ReferenceEquals(l, line) ? marked : l)] };
    }
}
