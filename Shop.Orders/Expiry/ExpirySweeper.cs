using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Expiry;

/// <summary>Looks for orders to expire every second, on every shard.</summary>
internal sealed class ExpirySweeper(ServiceDatabases databases, TimeProvider time, ExpireOrders expire, ILogger<ExpirySweeper> logger)
    : PeriodicWork(databases, time, Period, logger)
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task RunAsync(NpgsqlDataSource shard, CancellationToken cancellationToken)
    {
        while (await expire.RunAsync(shard, cancellationToken) == ExpireOrders.BatchSize)
        {
            // A full batch means that more may be due.
        }
    }
}
