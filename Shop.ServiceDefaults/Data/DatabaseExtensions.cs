using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>Registration of the databases that a service owns.</summary>
public static class DatabaseExtensions
{
    /// <summary>
    /// One database: created when missing, migrated before ready, part of readiness. Inject <see cref="NpgsqlDataSource"/>.
    /// Migrations are the embedded <c>NNNN-name.sql</c> of <paramref name="migrations"/>, by default of the application's assembly.
    /// </summary>
    public static IHostApplicationBuilder AddDatabase(this IHostApplicationBuilder builder, string name, Assembly? migrations = null)
    {
        AddOne(builder, name, migrations);
        builder.Services.TryAddSingleton(services => services.GetRequiredKeyedService<NpgsqlDataSource>(name));
        return builder;
    }

    /// <summary>Several databases of one schema. Inject <see cref="ServiceDatabases"/>; its index is the place in <paramref name="names"/>.</summary>
    public static IHostApplicationBuilder AddDatabases(this IHostApplicationBuilder builder, params string[] names)
    {
        foreach (var name in names)
            AddOne(builder, name, migrations: null);
        return builder;
    }

    private static void AddOne(IHostApplicationBuilder builder, string name, Assembly? migrations)
    {
        var connectionString = ConnectionStrings.WithDefaults(
            builder.Configuration.GetConnectionString(name) ?? "", builder.Configuration, builder.Environment.ApplicationName);
        builder.Services.AddKeyedSingleton(name, (_, _) => NpgsqlDataSource.Create(connectionString));
        builder.Services.AddSingleton(services => new ServiceDatabase(
            name, connectionString, services.GetRequiredKeyedService<NpgsqlDataSource>(name)));
        builder.Services.TryAddSingleton(services => new ServiceDatabases([.. services.GetServices<ServiceDatabase>()]));
        _ = migrations;
    }
}
