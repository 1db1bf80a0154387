using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>First rows of a database: runs after the migrations, before the service is ready, by one replica at a time.</summary>
public interface IDatabaseSeed
{
    /// <summary>Must be repeatable: it runs at each start.</summary>
    Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken);
}
