using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Reviews;

/// <summary>
/// Brings the ratings of products to their cards that were held by an edit or an import when a review came: the review did not
/// wait. Any number of replicas may run it.
/// </summary>
public sealed class LateCards(ServiceDatabases databases, TimeProvider time, ILogger<LateCards> logger)
    : PeriodicWork(databases, time, Interval, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const string Rate = "SELECT rate_late_cards() WHERE EXISTS (SELECT FROM late_cards)";

    protected override async Task RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Rate);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
