using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Expiry;

/// <summary>Looks for orders to expire, on every shard.</summary>
internal sealed class ExpirySweeper(
    ServiceDatabases databases, TimeProvider time, IConfiguration configuration, ExpireOrders expire, ILogger<ExpirySweeper> logger)
    : PeriodicWork(databases, time, configuration.GetValue("Orders:SweepInterval", DefaultInterval), logger)
{
    /// <summary>Pause between two looks unless <c>Orders:SweepInterval</c> says otherwise.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    protected override async Task RunAsync(NpgsqlDataSource shard, CancellationToken cancellationToken)
    {
        while (await expire.RunAsync(shard, cancellationToken) == ExpireOrders.BatchSize)
        {
            // A full batch means that more may be due.
        }
    }
}
