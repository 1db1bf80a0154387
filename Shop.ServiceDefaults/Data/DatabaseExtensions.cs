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
        builder.Services.TryAddSingleton(services => new MigrationRunner(
            [.. Migration.Load(typeof(DatabaseExtensions).Assembly, "defaults"), .. Migration.Load(MigrationsOf(builder), "service")],
            services.GetServices<IDatabaseSeed>()));
        builder.Services.AddHostedService<DatabasePreparation>();
        return builder;
    }

    /// <summary>
    /// A second pool onto a database of <see cref="AddDatabase"/>, for statements that only read. Inject
    /// <see cref="NpgsqlDataSource"/> with the key that <see cref="ReadsOf"/> answers. Its size is <c>Database:MaxReadPoolSize</c>.
    /// </summary>
    /// <param name="options">Settings of its sessions, as <c>-c name=value</c>.</param>
    public static IHostApplicationBuilder AddDatabaseReads(this IHostApplicationBuilder builder, string name, string options)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(ConnectionStrings.WithDefaults(
            builder.Configuration.GetConnectionString(name) ?? "", builder.Configuration, builder.Environment.ApplicationName));
        connectionString.MaxPoolSize = builder.Configuration.GetValue("Database:MaxReadPoolSize", ConnectionStrings.DefaultMaxReadPoolSize);
        connectionString.Options = $"{connectionString.Options} {options}".Trim();
        builder.AddKeyedNpgsqlDataSource(
            ReadsOf(name),
            settings =>
            {
                settings.ConnectionString = connectionString.ConnectionString;
                settings.DisableHealthChecks = true;
            },
            ConnectionStrings.TraceOnlyWithinTraces);
        return builder;
    }

    /// <summary>The key of the pool that only reads.</summary>
    public static string ReadsOf(string name) => name + "-reads";

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
            name, connectionString, services.GetRequiredKeyedService<NpgsqlDataSource>(name)));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            services => new DatabaseHealthCheck(services.GetServices<ServiceDatabase>().Single(d => d.Name == name)),
            failureStatus: null,
            tags: null,
            timeout: TimeSpan.FromSeconds(4)));
    }
}
