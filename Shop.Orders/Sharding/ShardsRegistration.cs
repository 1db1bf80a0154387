using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Sharding;

internal static class ShardsRegistration
{
    /// <summary>Databases ordersdb0 … ordersdb(n-1), where n is <c>Orders:Shards</c> (1 to 64, 4 by default).</summary>
    public static int AddShards(this WebApplicationBuilder builder)
    {
        var count = builder.Configuration.GetValue("Orders:Shards", 4);
        if (count is < 1 or > Checkout.OrderId.Buckets)
        {
            throw new ValidationException("Orders:Shards must be between 1 and 64.");
        }

        builder.AddDatabases([.. Enumerable.Range(0, count).Select(n => "ordersdb" + n.ToString(CultureInfo.InvariantCulture))]);
        builder.Services.AddSingleton<Shards>();
        return count;
    }
}
