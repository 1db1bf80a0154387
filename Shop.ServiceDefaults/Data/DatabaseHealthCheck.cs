using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>Readiness of one database: migrated, and it answers. Asks over a connection of its own, so that a busy pool is not "away".</summary>
internal sealed class DatabaseHealthCheck(ServiceDatabase database) : IHealthCheck
{
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString)
    {
        MaxPoolSize = 2,
        Timeout = 2,
        CommandTimeout = 2,
        ApplicationName = "shop-health",
    }.ConnectionString;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (database.NotReadyBecause is { } reason)
            return HealthCheckResult.Unhealthy(reason);
        try
        {
            await using var connection = new NpgsqlConnection(_connectionString);
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("the database does not answer");
        }
    }
}
