using Yarp.ReverseProxy.Health;

namespace Shop.Web.Gateway;

/// <summary>The API gateway: YARP over service discovery.</summary>
public static class GatewayRegistration
{
    /// <summary>Largest request body that passes, in bytes.</summary>
    public const long MaximumBody = 1024 * 1024;

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaximumBody);
        builder.Services.AddSingleton<IPassiveHealthCheckPolicy, UnreachableHealthPolicy>();
        builder.Services.AddSingleton<OpenApiSources>();
        builder.Services.AddOutputCache();
        builder.Services.AddReverseProxy()
            .LoadFromMemory(GatewayRoutes.Routes(), GatewayRoutes.Clusters(builder.Configuration))
            .AddTransforms<GatewayTransforms>()
            .AddServiceDiscoveryDestinationResolver();
    }

    public static void MapGateway(this WebApplication app)
    {
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(GatewayRetry.ExplainAsync);
            proxy.Use(GatewayRetry.TryOthersAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        }).AllowAnonymous();
        app.MapMergedOpenApi();
    }
}
