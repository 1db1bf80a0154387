using System.ComponentModel.DataAnnotations;

namespace Shop.Orders.Expiry;

/// <summary>Of the section <c>Orders</c>.</summary>
internal sealed class ExpiryOptions
{
    public const string Section = "Orders";

    /// <summary>Pause between two looks for orders to expire.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);
}
