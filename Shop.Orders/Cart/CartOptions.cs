using System.ComponentModel.DataAnnotations;

namespace Shop.Orders.Cart;

/// <summary>Of the section <c>Orders</c>.</summary>
internal sealed class CartOptions
{
    public const string Section = "Orders";

    /// <summary>Longest time that Redis may take; then a cart is not available.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan CartLimit { get; set; } = TimeSpan.FromMilliseconds(300);
}
