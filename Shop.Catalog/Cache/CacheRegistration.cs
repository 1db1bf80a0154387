using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Cache;

public static class CacheRegistration
{
    public static void AddCatalogCache(this IHostApplicationBuilder builder)
    {
        builder.AddRedis("cache");
        builder.Services.AddSingleton<RedisCache>();
        builder.Services.AddOptions<CacheOptions>().BindConfiguration(CacheOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<CacheOptions>>().Value);
        builder.Services.AddSingleton<CacheMetrics>();
        builder.Services.AddSingleton<LoadGate>();
        builder.Services.AddSingleton<RedisPages>();
        builder.Services.AddSingleton<KnownProducts>();
        builder.Services.AddSingleton<ListPages>();
        builder.Services.AddSingleton(_ => new Spread(new Random()));
        builder.Services.AddSingleton<ChangeFeed>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ChangeFeed>());
    }
}
