using System.Runtime.CompilerServices;

namespace Shop.Audit;

/// <summary>Totals of orders against what the ledger of payments has collected and not given back.</summary>
public sealed class MoneyOfOrders() : AuditCheck(
    "order-money", "a paid order's total is what was collected for it, and for any other nothing is kept")
{
    private const int PieceSize = 1000;

    // Of an order with a payment under way nothing can be said yet.
    private const string Collected =
        """
        SELECT p.order_id, coalesce(sum(e.amount), 0)::bigint,
               bool_or(p.status IN ('created', 'pending', 'refunding') OR p.updated_at > shop_now() - $2)
        FROM payments p LEFT JOIN ledger_entries e ON e.payment_id = p.id AND e.account LIKE 'provider:%'
        WHERE p.order_id = ANY ($1) GROUP BY p.order_id
        """;

    private const string Paid =
        """
        SELECT p.order_id, sum(e.amount)::bigint
        FROM payments p JOIN ledger_entries e ON e.payment_id = p.id AND e.account LIKE 'provider:%'
        WHERE p.order_id > $1 AND p.updated_at < shop_now() - $2
        GROUP BY p.order_id HAVING sum(e.amount) <> 0 ORDER BY p.order_id LIMIT $3
        """;

    public override bool CanRun(AuditDatabases databases) => databases is { Payments: not null, Orders.Count: > 0 };

    public override async IAsyncEnumerable<string> RunAsync(
        AuditDatabases databases, TimeSpan settled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var orders in SettledOrders.PiecesAsync(databases, settled, cancellationToken))
        {
            Guid[] ids = [.. orders.Select(order => order.Id)];
            var collected = (await databases.Payments!.ListAsync(
                Collected, row => (Id: row.GetGuid(0), Amount: row.GetInt64(1), UnderWay: row.GetBoolean(2)), cancellationToken, ids, settled))
                .ToDictionary(row => row.Id);
            foreach (var order in orders)
            {
                var (_, amount, underWay) = collected.GetValueOrDefault(order.Id);
                var expected = order.IsPaid ? order.Total : 0;
                if (!underWay && amount != expected)
                    yield return $"order {order.Id} is {order.Status} over {order.Total}: collected {amount}";
            }
        }
        await foreach (var (order, amount) in ForNobodyAsync(databases, settled, cancellationToken))
            yield return $"{amount} were collected for order {order}, and there is no such order";
    }

    private static async IAsyncEnumerable<(Guid OrderId, long Amount)> ForNobodyAsync(
        AuditDatabases databases, TimeSpan settled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (await databases.Payments!.ListAsync(
            Paid, row => (Id: row.GetGuid(0), Amount: row.GetInt64(1)), cancellationToken, last, settled, PieceSize) is { Count: > 0 } paid)
        {
            var unknown = await SettledOrders.UnknownAsync(databases, [.. paid.Select(one => one.Id)], cancellationToken);
            foreach (var one in paid.Where(one => unknown.Contains(one.Id))) yield return one;
            last = paid[^1].Id;
        }
    }
}
