using Npgsql;

namespace Shop.Catalog.Replication;

/// <summary>One connection to the primary and one to the standby, for looking after them.</summary>
public sealed class StandbyProbes(string primary, string standby) : IAsyncDisposable
{
    internal NpgsqlDataSource Primary { get; } = Probe(primary);

    internal NpgsqlDataSource Standby { get; } = Probe(standby);

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Standby.DisposeAsync();
    }

    private static NpgsqlDataSource Probe(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var settings = builder.ConnectionStringBuilder;
        (settings.MaxPoolSize, settings.MinPoolSize, settings.ApplicationName) = (1, 0, "Shop.Catalog standby monitor");
        (settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout) = (1, 2, -1);
        // Each look would be a trace of its own.
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => false).EnablePhysicalOpenTracing(false));
        return builder.Build();
    }
}
