namespace Shop.Web.Services;

public static class ServicesRegistration
{
    /// <summary>The pages' clients, by service discovery.</summary>
    public static void AddServiceClients(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddTransient<CustomerHandler>();
        Add<CatalogClient>(builder.Services, "https+http://catalog");
        Add<ReviewsClient>(builder.Services, "https+http://catalog");
        Add<SubscriptionsClient>(builder.Services, "https+http://catalog");
        Add<OrdersClient>(builder.Services, "https+http://orders");
        Add<PaymentsClient>(builder.Services, "https+http://payments");
    }

    private static void Add<TClient>(IServiceCollection services, string address)
        where TClient : class =>
        services.AddHttpClient<TClient>(http => http.BaseAddress = new(address)).AddHttpMessageHandler<CustomerHandler>();
}
