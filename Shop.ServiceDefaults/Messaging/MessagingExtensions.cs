using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Registration of messaging.</summary>
public static class MessagingExtensions
{
    /// <summary>Outbox with relay for the service's databases, and consumers with an inbox. RabbitMQ comes from <c>ConnectionStrings:messaging</c>.</summary>
    public static IHostApplicationBuilder AddMessaging(this IHostApplicationBuilder builder, Action<MessagingBuilder> configure)
    {
        var messaging = new MessagingBuilder(builder.Services);
        configure(messaging);
        builder.Services.AddSingleton(services => new Outbox(messaging.Published, services.GetRequiredService<TimeProvider>()));
        return builder;
    }
}
