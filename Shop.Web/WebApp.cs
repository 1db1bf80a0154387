using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Internal;
using Shop.Web.Accounts;
using Shop.Web.Carts;
using Shop.Web.Gateway;
using Shop.Web.Services;
using Shop.Web.Storefront;

namespace Shop.Web;

/// <summary>Storefront, API gateway and accounts.</summary>
public static class WebApp
{
    /// <summary>Builds the service without starting it.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddGateway();
        builder.AddServiceClients();
        builder.AddStorefront();
        builder.AddAccounts();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WebJson.Default));
        builder.Services.AddHttpClient<CartMerge>(http => http.BaseAddress = new("https+http://orders")).AddCallerKey();

        var app = builder.Build();
        app.UseStorefrontFiles();
        app.UseServiceDefaults();
        app.UseStorefrontPages();
        app.MapDefaultEndpoints();
        app.MapAccounts();
        app.MapDiscovery();
        app.MapGateway();
        app.MapStorefront();
        return app;
    }
}
