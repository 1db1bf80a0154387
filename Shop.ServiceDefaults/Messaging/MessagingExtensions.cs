using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Registration of messaging.</summary>
public static class MessagingExtensions
{
    private const string ConnectionName = "messaging";

    /// <summary>Who may have dead letters replayed.</summary>
    private const string Operator = "operator";

    /// <summary>
    /// Outbox with relay for the service's databases, and consumers with an inbox. RabbitMQ comes from
    /// <c>ConnectionStrings:messaging</c>, and may be away at start. Settings: section <c>Messaging</c>.
    /// </summary>
    public static IHostApplicationBuilder AddMessaging(this IHostApplicationBuilder builder, Action<MessagingBuilder> configure)
    {
        var messaging = new MessagingBuilder(builder.Services);
        configure(messaging);
        builder.AddRabbitMQClient(
            ConnectionName,
            settings =>
            {
                settings.DisableHealthChecks = true; // Away is degraded, not unready.
                settings.DisableAutoActivation = true;
                settings.DisableTracing = true; // Shop.Messaging's spans carry the trace through the outbox; the client's would double them.
            },
            Broker.Configure);
        AddServices(builder.Services, MessagingSettings.From(builder.Configuration, builder.Environment.ApplicationName, messaging));
        return builder;
    }

    /// <summary><c>POST /internal/messaging/dead-letters/replay</c> → <c>{"replayed":n}</c>, for the caller <c>operator</c>.</summary>
    internal static void MapMessaging(this WebApplication app)
    {
        if (app.Services.GetService<DeadLetters>() is not { } letters)
            return;
        app.MapInternal(Operator).MapPost("/messaging/dead-letters/replay", async (CancellationToken cancellationToken) =>
            new { replayed = await letters.ReplayAsync(cancellationToken) });
    }

    private static void AddServices(IServiceCollection services, MessagingSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(s => new Outbox(settings.Published, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<QueueLevels>();
        services.AddSingleton<MessagingMetrics>();
        services.AddSingleton<Broker>();
        services.AddKeyedSingleton<Broker>(Broker.Publishing);
        services.AddSingleton<RelayPublisher>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<Patience>();
        services.AddSingleton<DeliveryHandler>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<InboxRetention>();
        services.AddSingleton<IDatabaseSeed>(s => s.GetRequiredService<InboxRetention>());
        services.AddHostedService(s => s.GetRequiredService<InboxRetention>());
        services.AddHostedService<MessagingGauges>();
        if (settings.Published.Count > 0)
            services.AddHostedService<OutboxRelay>();
        if (settings.Consumed.Count > 0)
            services.AddHostedService<Consumer>();
        foreach (var queue in settings.WorkQueues)
            services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<WorkConsumer>(s, queue));
        services.AddHealthChecks().AddCheck<Broker>(ConnectionName);
    }
}
