using Shop.Catalog.Cache;
using Shop.Catalog.Seed;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Locks;

namespace Shop.Catalog;

public static class CatalogRegistration
{
    /// <summary>What every capability of the catalogue uses: JSON, metrics, first rows, Redis, locks.</summary>
    public static void AddCatalog(this IHostApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(
            options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, CatalogJson.Default));
        builder.Services.AddSingleton<CatalogMetrics>();
        builder.Services.AddSingleton<IDatabaseSeed, CatalogSeed>();
        builder.AddCatalogCache();
        builder.AddLocks();
    }
}
