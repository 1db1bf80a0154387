using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Expiry;

/// <summary>Looks for orders to expire, on every shard.</summary>
internal sealed class ExpirySweeper(
    ServiceDatabases databases, TimeProvider time, IOptions<ExpiryOptions> options, ExpireOrders expire, ILogger<ExpirySweeper> logger)
    : PeriodicWork(databases, time, options.Value.SweepInterval, logger)
{
    protected override async Task RunAsync(NpgsqlDataSource shard, CancellationToken cancellationToken)
    {
        while (await expire.RunAsync(shard, cancellationToken) == ExpireOrders.BatchSize)
        {
            // A full batch means that more may be due.
        }
    }
}
