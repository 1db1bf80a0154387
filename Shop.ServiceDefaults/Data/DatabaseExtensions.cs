using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>Registration of the databases that a service owns.</summary>
public static class DatabaseExtensions
{
    /// <summary>
    /// One database: created when missing, migrated before ready, part of readiness. Inject <see cref="NpgsqlDataSource"/>.
    /// Migrations are the embedded <c>NNNN-name.sql</c> of the application's assembly, after those of the service defaults.
    /// </summary>
    public static IHostApplicationBuilder AddDatabase(this IHostApplicationBuilder builder, string name)
    {
        builder.AddDatabases(name);
        builder.Services.AddSingleton(services => services.GetRequiredKeyedService<NpgsqlDataSource>(name));
        return builder;
    }

    /// <summary>Several databases of one schema. Inject <see cref="ServiceDatabases"/>; its index is the place in <paramref name="names"/>.</summary>
    public static IHostApplicationBuilder AddDatabases(this IHostApplicationBuilder builder, params string[] names)
    {
        foreach (var name in names)
            AddOne(builder, name);
        builder.Services.TryAddSingleton(services => new ServiceDatabases([.. services.GetServices<ServiceDatabase>()]));
        builder.Services.AddOptions<MigrationOptions>().BindConfiguration(MigrationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(services => ActivatorUtilities.CreateInstance<MigrationRunner>(
            services, AllMigrations(builder)));
        builder.Services.AddHostedService<DatabasePreparation>();
        return builder;
    }

    /// <summary>
    /// A second pool onto a database of <see cref="AddDatabase"/>, for statements that only read. Inject
    /// <see cref="NpgsqlDataSource"/> with the key that <see cref="ReadsOf"/> answers. Its size is <c>Database:MaxReadPoolSize</c>.
    /// </summary>
    /// <param name="options">Settings of its sessions, as <c>-c name=value</c>.</param>
    public static IHostApplicationBuilder AddDatabaseReads(this IHostApplicationBuilder builder, string name, string options) =>
        AddReads(builder, ReadsOf(name), builder.Configuration.GetConnectionString(name) ?? "", options, _ => { });

    /// <summary>
    /// A pool of the same size onto a standby of the database, when <c>ConnectionStrings:&lt;name&gt;-standby</c> names one. Inject
    /// <see cref="NpgsqlDataSource"/> with the key that <see cref="StandbyOf"/> answers. It gives up early: the primary is there too.
    /// </summary>
    /// <param name="options">Settings of its sessions, as <c>-c name=value</c>.</param>
    /// <returns>Whether there is one.</returns>
    public static bool AddStandbyReads(this IHostApplicationBuilder builder, string name, string options)
    {
        if (builder.Configuration.GetConnectionString(StandbyOf(name)) is not { Length: > 0 } connectionString) return false;
        AddReads(builder, StandbyOf(name), connectionString, options, settings =>
            (settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout) = (1, 2, -1));
        return true;
    }

    /// <summary>The key of the pool that only reads.</summary>
    public static string ReadsOf(string name) => name + "-reads";

    /// <summary>The name of a standby's connection string, and the key of the pool onto it.</summary>
    public static string StandbyOf(string name) => name + "-standby";

    private static IHostApplicationBuilder AddReads(
        IHostApplicationBuilder builder, string key, string server, string options, Action<NpgsqlConnectionStringBuilder> change)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(ConnectionStrings.WithDefaults(
            server, builder.Configuration, builder.Environment.ApplicationName));
        connectionString.MaxPoolSize = builder.Configuration.GetValue("Database:MaxReadPoolSize", ConnectionStrings.DefaultMaxReadPoolSize);
        connectionString.Options = $"{connectionString.Options} {options}".Trim();
        change(connectionString);
        builder.AddKeyedNpgsqlDataSource(
            key,
            settings =>
            {
                settings.ConnectionString = connectionString.ConnectionString;
                settings.DisableHealthChecks = true;
            },
            ConnectionStrings.TraceOnlyWithinTraces);
        return builder;
    }

    private static IReadOnlyList<Migration> AllMigrations(IHostApplicationBuilder builder) =>
        [.. Migration.Load(typeof(DatabaseExtensions).Assembly, "defaults"), .. Migration.Load(MigrationsOf(builder), "service")];

    private static Assembly MigrationsOf(IHostApplicationBuilder builder) =>
        Assembly.Load(new AssemblyName(builder.Environment.ApplicationName));

    private static void AddOne(IHostApplicationBuilder builder, string name)
    {
        var connectionString = ConnectionStrings.WithDefaults(
            builder.Configuration.GetConnectionString(name) ?? "", builder.Configuration, builder.Environment.ApplicationName);
        builder.AddKeyedNpgsqlDataSource(
            name,
            settings =>
            {
                settings.ConnectionString = connectionString;
                settings.DisableHealthChecks = true; // Ours knows about migrations.
            },
            ConnectionStrings.TraceOnlyWithinTraces);
        builder.Services.AddSingleton(services => new ServiceDatabase(
            name, connectionString, services.GetRequiredKeyedService<NpgsqlDataSource>(name), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            services => new DatabaseHealthCheck(
                services.GetServices<ServiceDatabase>().Single(d => d.Name == name), services.GetRequiredService<ServiceDatabases>()),
            failureStatus: null,
            tags: null,
            timeout: TimeSpan.FromSeconds(4)));
    }
}
