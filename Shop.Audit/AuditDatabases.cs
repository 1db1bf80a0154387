using Npgsql;

namespace Shop.Audit;

/// <summary>The databases of a Shop. One that is not given is not looked at.</summary>
public sealed class AuditDatabases : IAsyncDisposable
{
    public AuditDatabases(string? catalog, IReadOnlyList<string> orders, string? payments)
    {
        Catalog = Open(catalog);
        Orders = [.. orders.Select(one => Open(one)!)];
        Payments = Open(payments);
    }

    public NpgsqlDataSource? Catalog { get; }

    /// <summary>The shards, all or none.</summary>
    public IReadOnlyList<NpgsqlDataSource> Orders { get; }

    public NpgsqlDataSource? Payments { get; }

    public bool IsEmpty => Catalog is null && Orders.Count == 0 && Payments is null;

    /// <summary>By the names under which the services have them: <c>ConnectionStrings__catalogdb</c>, <c>__ordersdb0</c> to the last, <c>__paymentsdb</c>.</summary>
    public static AuditDatabases FromEnvironment(Func<string, string?> variable)
    {
        var orders = new List<string>();
        while (variable($"ConnectionStrings__ordersdb{orders.Count}") is { Length: > 0 } shard) orders.Add(shard);
        return new AuditDatabases(variable("ConnectionStrings__catalogdb"), orders, variable("ConnectionStrings__paymentsdb"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in Orders.Append(Catalog).Append(Payments))
            if (database is not null)
                await database.DisposeAsync();
    }

    private static NpgsqlDataSource? Open(string? connectionString) => string.IsNullOrEmpty(connectionString)
        ? null
        : NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "shop audit", MaxPoolSize = 4 });
}
