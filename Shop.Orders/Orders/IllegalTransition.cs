using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Orders;

/// <summary>An order was asked to make a move that its state does not allow: 409 with the state in <c>orderStatus</c>.</summary>
internal static class IllegalTransition
{
    public const string Code = "illegal_transition";

    public static ProblemException Of(OrderStatus from, OrderStatus to) =>
        new(StatusCodes.Status409Conflict, Code, $"An order that is {from.Name()} cannot become {to.Name()}.")
        {
            Extensions = { ["orderStatus"] = from.Name() },
        };

    public static ProblemException Change(OrderStatus from) =>
        new(StatusCodes.Status409Conflict, Code, $"An order that is {from.Name()} cannot be changed.")
        {
            Extensions = { ["orderStatus"] = from.Name() },
        };
}
