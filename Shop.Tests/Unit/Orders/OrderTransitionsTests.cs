using Shop.Orders.Orders;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Unit.Orders;

public sealed class OrderTransitionsTests
{
    // Written a second time on purpose: the table itself must not be its own judge.
    private static readonly HashSet<string> Legal =
    [
        "placed>reserved", "placed>cancelled",
        "reserved>paying", "reserved>cancelled", "reserved>expired",
        "paying>paid", "paying>reserved", "paying>expired",
        "paid>shipped", "paid>refunded",
        "shipped>delivered",
        "delivered>completed", "delivered>refunded",
    ];

    public static TheoryData<string, string> Pairs()
    {
        var data = new TheoryData<string, string>();
        foreach (var from in Enum.GetValues<OrderStatus>())
        {
            foreach (var to in Enum.GetValues<OrderStatus>())
            {
                data.Add(from.Name(), to.Name());
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_pair_of_states_is_either_a_legal_move_or_an_error(string from, string to)
    {
        var (source, target) = (OrderStatuses.Parse(from), OrderStatuses.Parse(to));
        Assert.Equal(Legal.Contains($"{from}>{to}"), OrderTransitions.Allows(source, target));
        if (Legal.Contains($"{from}>{to}"))
        {
            OrderTransitions.Demand(source, target);
            return;
        }

        var error = Assert.Throws<ProblemException>(() => OrderTransitions.Demand(source, target));
        Assert.Equal((409, "illegal_transition", from), (error.Status, error.Code, error.Extensions["orderStatus"]));
    }

    [Fact]
    public void The_sources_of_a_state_are_the_table_read_backwards() =>
        Assert.Equal(["paying", "reserved"], OrderChanges.Sources(OrderStatus.Expired).Order());

    [Theory]
    [InlineData("placed", true)]
    [InlineData("reserved", true)]
    [InlineData("paying", true)]
    [InlineData("paid", false)]
    [InlineData("cancelled", false)]
    [InlineData("expired", false)]
    [InlineData("refunded", false)]
    public void Who_watches_an_order_waits_until_it_is_paid_or_over(string status, bool open) =>
        Assert.Equal(open, OrderStatuses.Parse(status).IsOpen());
}
