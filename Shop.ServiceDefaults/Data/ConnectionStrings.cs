using System.Globalization;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>Our defaults for PostgreSQL connections; what the connection string itself says wins.</summary>
internal static class ConnectionStrings
{
    public const int DefaultMaxPoolSize = 40;

    public static string WithDefaults(string connectionString, IConfiguration configuration, string applicationName)
    {
        var pool = configuration.GetValue("Database:MaxPoolSize", DefaultMaxPoolSize);
        var defaults = new NpgsqlConnectionStringBuilder
        {
            Timeout = 3,
            CommandTimeout = 5,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            MaxPoolSize = pool,
            ApplicationName = applicationName,
        };
        return new NpgsqlConnectionStringBuilder(string.Create(CultureInfo.InvariantCulture, $"{defaults};{connectionString}")).ConnectionString;
    }
}
