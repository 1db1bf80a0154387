using Aspire;
using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects an application to a PostgreSQL database of the AppHost.</summary>
public static class AspirePostgreSqlNpgsqlExtensions
{
    private const string Section = "Aspire:Npgsql";

    /// <summary>Registers a singleton <see cref="NpgsqlDataSource"/> with health check, tracing and metrics.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="connectionName">Name in <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Has the last word over the configuration.</param>
    /// <param name="configureDataSourceBuilder">Further options of the driver.</param>
    internal static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureDataSourceBuilder);

    /// <summary>The same under a key, for an application with several databases.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Key of the service, and name in <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Has the last word over the configuration.</param>
    /// <param name="configureDataSourceBuilder">Further options of the driver.</param>
    public static void AddKeyedNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string name,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        Add(builder, name, serviceKey: name, configureSettings, configureDataSourceBuilder);

    private static void Add(
        IHostApplicationBuilder builder,
        string connectionName,
        string? serviceKey,
        Action<NpgsqlSettings>? configureSettings,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = Read(builder.Configuration, connectionName, configureSettings);

        builder.Services.TryAddKeyedSingleton(serviceKey, (services, _) =>
        {
            var source = new NpgsqlDataSourceBuilder(ClientComponent.Require(settings.ConnectionString, connectionName, Section));
            source.UseLoggerFactory(services.GetService<ILoggerFactory>());
            configureDataSourceBuilder?.Invoke(source);
            return source.Build();
        });

        if (!settings.DisableHealthChecks)
            builder.TryAddHealthCheck(
                serviceKey is null ? "PostgreSql" : $"PostgreSql_{serviceKey}",
                services => new PostgreSqlHealthCheck(services.GetRequiredKeyedService<NpgsqlDataSource>(serviceKey)));
        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource("Npgsql"));
        if (!settings.DisableMetrics)
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
    }

    private static NpgsqlSettings Read(IConfiguration configuration, string connectionName, Action<NpgsqlSettings>? configure)
    {
        var settings = new NpgsqlSettings();
        foreach (var section in ClientComponent.Sections(configuration, Section, connectionName))
            section.Bind(settings, ClientComponent.AllProperties);
        if (configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configure?.Invoke(settings);
        return settings;
    }
}
