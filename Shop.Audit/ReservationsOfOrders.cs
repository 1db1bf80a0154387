using System.Runtime.CompilerServices;

namespace Shop.Audit;

/// <summary>Orders against Catalog's reservations.</summary>
public sealed class ReservationsOfOrders() : AuditCheck(
    "order-reservations", "an order that waits holds its units, one that is paid has bought them, one that has ended holds none")
{
    private const int PieceSize = 1000;

    // Catalog gives back what no order claims two minutes after the lease.
    private static readonly TimeSpan PastLease = TimeSpan.FromMinutes(3);

    private const string States = "SELECT order_id, state FROM reservations WHERE order_id = ANY ($1)";

    private const string Overdue =
        """
        SELECT order_id FROM reservations
        WHERE state = 'reserved' AND lease_until < shop_now() - $1 AND order_id > $2 ORDER BY order_id LIMIT $3
        """;

    public override bool CanRun(AuditDatabases databases) => databases is { Catalog: not null, Orders.Count: > 0 };

    public override async IAsyncEnumerable<string> RunAsync(
        AuditDatabases databases, TimeSpan settled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var orders in SettledOrders.PiecesAsync(databases, settled, cancellationToken))
        {
            Guid[] ids = [.. orders.Select(order => order.Id)];
            var states = (await databases.Catalog!.ListAsync(States, row => (row.GetGuid(0), row.GetString(1)), cancellationToken, ids))
                .ToDictionary(row => row.Item1, row => row.Item2);
            var differing = orders.FindAll(order => !Fits(order, states.GetValueOrDefault(order.Id)));
            // An order that has changed between the two readings differs by right.
            foreach (var order in await SettledOrders.UnchangedAsync(databases, differing, settled, cancellationToken))
                yield return $"order {order.Id} is {order.Status}, its reservation {states.GetValueOrDefault(order.Id, "unknown")}";
        }
        await foreach (var order in HeldForNobodyAsync(databases, settled, cancellationToken))
            yield return $"reservation {order} is past its lease, and there is no such order";
    }

    private static bool Fits(SettledOrder order, string? reservation) => order.Status switch
    {
        "reserved" or "paying" => reservation == "reserved",
        "cancelled" or "expired" => reservation is not ("reserved" or "confirmed"),
        "refunded" => reservation != "reserved",
        _ => !order.IsPaid || reservation == "confirmed",
    };

    private static async IAsyncEnumerable<Guid> HeldForNobodyAsync(
        AuditDatabases databases, TimeSpan settled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var past = settled > PastLease ? settled : PastLease;
        var last = Guid.Empty;
        while (await databases.Catalog!.ListAsync(Overdue, row => row.GetGuid(0), cancellationToken, past, last, PieceSize) is { Count: > 0 } due)
        {
            foreach (var unknown in await SettledOrders.UnknownAsync(databases, [.. due], cancellationToken)) yield return unknown;
            last = due[^1];
        }
    }
}
