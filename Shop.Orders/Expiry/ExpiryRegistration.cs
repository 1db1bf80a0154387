using Shop.Orders.Retention;

namespace Shop.Orders.Expiry;

internal static class ExpiryRegistration
{
    public static IServiceCollection AddExpiryAndRetention(this IServiceCollection services)
    {
        services.AddOptions<ExpiryOptions>().BindConfiguration(ExpiryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ExpireOrders>();
        services.AddHostedService<ExpirySweeper>();
        services.AddHostedService<RetentionWork>();
        return services;
    }
}
