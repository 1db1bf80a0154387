using Npgsql;
using Shop.Catalog.Products;
using Shop.Catalog.Replication;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Search;

public static class SearchRegistration
{
    /// <summary>Lists, search and what belongs to them, over pools that only read.</summary>
    public static void AddSearch(this IHostApplicationBuilder builder)
    {
        builder.AddDatabaseReads(CatalogReads.Database, CatalogReads.Options);
        builder.AddStandby();
        builder.Services.AddSingleton(services => new CatalogReads(
            services.GetRequiredKeyedService<NpgsqlDataSource>(DatabaseExtensions.ReadsOf(CatalogReads.Database)),
            services.GetService<Standby>(), services.GetRequiredService<ReplicationMetrics>()));
        builder.Services.AddSingleton<ProductList>();
        builder.Services.AddSingleton<CategoryList>();
        builder.Services.AddSingleton<RankedLists>();
        builder.Services.AddSingleton<Spelling>();
        builder.Services.AddSingleton<Facets>();
        builder.Services.AddSingleton<Suggestions>();
        builder.Services.AddSingleton<SalesTally>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SalesTally>());
    }
}
