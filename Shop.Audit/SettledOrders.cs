using System.Runtime.CompilerServices;
using Npgsql;

namespace Shop.Audit;

/// <summary>An order that has not changed for a while.</summary>
/// <param name="Total">Minor units.</param>
internal sealed record SettledOrder(Guid Id, string Status, long Total)
{
    public bool IsPaid => Status is "paid" or "shipped" or "delivered" or "completed";
}

/// <summary>Reads orders of all shards, piece by piece.</summary>
internal static class SettledOrders
{
    private const int PieceSize = 1000;

    // As long as Catalog keeps what was sold; not to the day, since its clocks and this one differ.
    private const string Next =
        """
        SELECT id, status, total FROM orders
        WHERE id > $1 AND changed_at < shop_now() - $2 AND changed_at > shop_now() - interval '175 days'
        ORDER BY id LIMIT $3
        """;

    public static async IAsyncEnumerable<List<SettledOrder>> PiecesAsync(
        AuditDatabases databases, TimeSpan settled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var shard in databases.Orders)
        {
            var last = Guid.Empty;
            while (await NextAsync(shard, last, settled, cancellationToken) is { Count: > 0 } piece)
            {
                yield return piece;
                last = piece[^1].Id;
            }
        }
    }

    /// <summary>Those of the orders that have not changed since they were read.</summary>
    public static async Task<IReadOnlyList<SettledOrder>> UnchangedAsync(
        AuditDatabases databases, IReadOnlyList<SettledOrder> orders, TimeSpan settled, CancellationToken cancellationToken)
    {
        if (orders.Count == 0) return orders;
        var ids = orders.Select(order => order.Id).ToArray();
        var now = new HashSet<(Guid, string)>();
        foreach (var shard in databases.Orders)
            now.UnionWith(await shard.ListAsync(
                "SELECT id, status FROM orders WHERE id = ANY ($1) AND changed_at < shop_now() - $2",
                row => (row.GetGuid(0), row.GetString(1)), cancellationToken, ids, settled));
        return [.. orders.Where(order => now.Contains((order.Id, order.Status)))];
    }

    /// <summary>Those of the orders that no shard knows.</summary>
    public static async Task<List<Guid>> UnknownAsync(AuditDatabases databases, Guid[] ids, CancellationToken cancellationToken)
    {
        var unknown = ids.ToHashSet();
        foreach (var shard in databases.Orders)
            unknown.ExceptWith(await shard.ListAsync("SELECT id FROM orders WHERE id = ANY ($1)", row => row.GetGuid(0), cancellationToken, ids));
        return [.. unknown];
    }

    private static Task<List<SettledOrder>> NextAsync(
        NpgsqlDataSource shard, Guid last, TimeSpan settled, CancellationToken cancellationToken) =>
        shard.ListAsync(
            Next, row => new SettledOrder(row.GetGuid(0), row.GetString(1), row.GetInt64(2)), cancellationToken, last, settled, PieceSize);
}
