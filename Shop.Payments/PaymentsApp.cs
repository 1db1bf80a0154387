using Shop.Payments.Notifications;
using Shop.Payments.Payments;
using Shop.Payments.Provider;
using Shop.Payments.Reconciliation;
using Shop.Payments.Refunds;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payments;

/// <summary>The payment service: starts payments, listens to the provider, keeps the ledger.</summary>
public static class PaymentsApp
{
    /// <summary>Builds the service without starting it.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddShopAuthentication();
        builder.AddDatabase("paymentsdb");
        builder.AddMessaging(messages => messages
            .Publish("payment-succeeded", PaymentsJson.Default.PaymentSucceeded)
            .Publish("payment-failed", PaymentsJson.Default.PaymentFailed)
            .Publish("payment-refunded", PaymentsJson.Default.PaymentRefunded, optional: true)
            .Consume<RefundRequested, RefundRequestedHandler>("refund-requested", PaymentsJson.Default.RefundRequested));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PaymentsJson.Default));
        builder.Services.AddHttpClient<OrdersClient>(http => http.BaseAddress = new("https+http://orders")).AddCallerKey();
        builder.Services.AddHttpClient<ProviderClient>(http => http.BaseAddress = new("https+http://sandbox"));
        builder.Services.Configure<ProviderOptions>(builder.Configuration.GetSection("Sandbox"));
        builder.Services.Configure<PaymentOptions>(builder.Configuration.GetSection("Payments"));
        builder.Services.AddSingleton<PaymentsMetrics>().AddSingleton<PaymentStore>().AddSingleton<NotificationSignature>();
        builder.Services.AddScoped<PaymentStarter>().AddSingleton<ProviderEvents>();
        builder.Services.AddHostedService<PaymentWorker>();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDefaultEndpoints();
        app.MapPayments();
        app.MapNotifications();
        return app;
    }
}
