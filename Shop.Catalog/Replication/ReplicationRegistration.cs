using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Catalog.Search;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Replication;

public static class ReplicationRegistration
{
    /// <summary>Reads that tolerate lag go to <c>ConnectionStrings:catalogdb-standby</c>, when there is one and it is close enough.</summary>
    public static void AddStandby(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReplicationMetrics>();
        var name = DatabaseExtensions.StandbyOf(CatalogReads.Database);
        if (!builder.AddStandbyReads(CatalogReads.Database, CatalogReads.Options)) return;
        builder.Services.AddOptions<StandbyOptions>().BindConfiguration(StandbyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => new Standby(
            services.GetRequiredKeyedService<NpgsqlDataSource>(name), services.GetRequiredService<IOptions<StandbyOptions>>(),
            services.GetRequiredService<ReplicationMetrics>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(_ => new StandbyProbes(
            builder.Configuration.GetConnectionString(CatalogReads.Database)!, builder.Configuration.GetConnectionString(name)!));
        builder.Services.AddHostedService<StandbyMonitor>();
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name, services => new StandbyHealthCheck(services.GetRequiredService<Standby>()), failureStatus: null, tags: null));
    }
}
