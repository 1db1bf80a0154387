using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>Our defaults for PostgreSQL connections; what the connection string itself says wins.</summary>
internal static class ConnectionStrings
{
    public const int DefaultMaxPoolSize = 25;
    public const int DefaultMaxReadPoolSize = 12;

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

    /// <summary>Sessions of their own, without a pool. The server notices within half a minute when their process is gone.</summary>
    public static NpgsqlDataSource Dedicated(string connectionString) => Dedicated(connectionString, _ => { });

    /// <summary>
    /// The same for work of any length, whatever the connection string says: no timer of ours ends it. While it is at work a server
    /// that is gone shows by its silence below the protocol within a minute, which also keeps what stands between from taking the
    /// connection for a dead one.
    /// </summary>
    public static NpgsqlDataSource Unbound(string connectionString) => Dedicated(connectionString, settings =>
    {
        settings.CommandTimeout = 0;
        (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 10, 5);
    });

    private static NpgsqlDataSource Dedicated(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var settings = builder.ConnectionStringBuilder;
        change(settings);
        settings.Pooling = false;
        settings.MaxAutoPrepare = 0;
        settings.Options = $"{settings.Options} -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4".Trim();
        TraceOnlyWithinTraces(builder);
        return builder.Build();
    }

    /// <summary>Polls of background loops would each be a trace of their own.</summary>
    public static void TraceOnlyWithinTraces(NpgsqlDataSourceBuilder builder) =>
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .ConfigureBatchFilter(_ => Activity.Current is not null));
}
