using Shop.Payments.Notifications;
using Shop.Payments.Provider;
using Shop.ServiceDefaults;

namespace Shop.Payments.Sandbox;

/// <summary>
/// The sandbox payment provider, a process of its own: takes charges, decides their fate, notifies the shop. For
/// development and tests; never part of a production manifest.
/// </summary>
public static class SandboxApp
{
    /// <summary>Builds the provider without starting it.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PaymentsJson.Default));
        builder.Services.Configure<ProviderOptions>(builder.Configuration.GetSection("Sandbox"));
        builder.Services.Configure<SandboxDials>(builder.Configuration.GetSection("Sandbox:Dials"));
        builder.Services.AddSingleton(new Random(builder.Configuration.GetValue("Sandbox:Seed", 1)));
        builder.Services.AddSingleton<Dials>().AddSingleton<ChargeBook>().AddSingleton<NotificationSignature>();
        builder.Services.AddSingleton<Notifier>().AddHostedService(services => services.GetRequiredService<Notifier>());
        builder.Services.AddHttpClient("notifications");

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDefaultEndpoints();
        app.MapSandbox();
        return app;
    }
}
