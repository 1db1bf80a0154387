using Npgsql;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Sharding;

/// <summary>Which database holds an order: 64 fixed buckets over as many databases as there are.</summary>
internal sealed class Shards(ServiceDatabases databases)
{
    public int Count => databases.Count;

    public IReadOnlyList<NpgsqlDataSource> All => databases;

    public NpgsqlDataSource Of(Guid orderId) => databases[IndexOf(orderId, databases.Count)];

    public NpgsqlDataSource OfCustomer(Guid customerId) => databases[OrderId.BucketOfCustomer(customerId) % databases.Count];

    public static int IndexOf(Guid orderId, int databases) => OrderId.BucketOf(orderId) % databases;
}
