using System.Collections.Frozen;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Orders;

/// <summary>The one table of moves that an order may make. What is not in it is an error, never a silent no-op.</summary>
internal static class OrderTransitions
{
    private static readonly FrozenDictionary<OrderStatus, OrderStatus[]> Table = new Dictionary<OrderStatus, OrderStatus[]>
    {
        [OrderStatus.Placed] = [OrderStatus.Reserved, OrderStatus.Cancelled],
        [OrderStatus.Reserved] = [OrderStatus.Paying, OrderStatus.Cancelled, OrderStatus.Expired],
        [OrderStatus.Paying] = [OrderStatus.Paid, OrderStatus.Reserved, OrderStatus.Expired],
        [OrderStatus.Paid] = [OrderStatus.Shipped, OrderStatus.Refunded],
        [OrderStatus.Shipped] = [OrderStatus.Delivered],
        [OrderStatus.Delivered] = [OrderStatus.Completed, OrderStatus.Refunded],
        [OrderStatus.Completed] = [],
        [OrderStatus.Cancelled] = [],
        [OrderStatus.Expired] = [],
        [OrderStatus.Refunded] = [],
    }.ToFrozenDictionary();

    public static bool Allows(OrderStatus from, OrderStatus to) => Table[from].Contains(to);

    /// <exception cref="ProblemException"><c>illegal_transition</c>: the table does not hold this move.</exception>
    public static void Demand(OrderStatus from, OrderStatus to)
    {
        if (!Allows(from, to))
        {
            throw IllegalTransition.Of(from, to);
        }
    }
}
