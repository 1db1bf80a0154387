using Aspire;
using Aspire.RabbitMQ.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RabbitMQ.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects an application to a RabbitMQ of the AppHost.</summary>
public static class AspireRabbitMQExtensions
{
    private const string Section = "Aspire:RabbitMQ:Client";

    /// <summary>
    /// Registers a singleton <see cref="IConnectionFactory"/> and a singleton <see cref="IConnection"/>, with health check
    /// and tracing. The connection is made when it is first asked for; asking waits and throws when the broker stays away.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="connectionName">Name in <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Has the last word over the configuration.</param>
    /// <param name="configureConnectionFactory">Further options of the client.</param>
    public static void AddRabbitMQClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<RabbitMQClientSettings>? configureSettings = null,
        Action<ConnectionFactory>? configureConnectionFactory = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = Read(builder.Configuration, connectionName, configureSettings);

        builder.Services.TryAddSingleton<IConnectionFactory>(_ =>
        {
            var factory = new ConnectionFactory();
            foreach (var section in ClientComponent.Sections(builder.Configuration, Section, connectionName))
                section.GetSection("ConnectionFactory").Bind(factory);
            factory.Uri = new Uri(ClientComponent.Require(settings.ConnectionString, connectionName, Section));
            configureConnectionFactory?.Invoke(factory);
            return factory;
        });
        builder.Services.TryAddSingleton(services => new BrokerConnection(
            services.GetRequiredService<IConnectionFactory>(), settings.MaxConnectRetryCount, services.GetService<TimeProvider>()));
        builder.Services.TryAddSingleton(services => services.GetRequiredService<BrokerConnection>().Get());

        if (!settings.DisableAutoActivation)
            builder.Services.AddHostedService<BrokerActivation>();
        if (!settings.DisableHealthChecks)
            builder.TryAddHealthCheck(
                "RabbitMQ.Client", services => new BrokerHealthCheck(services.GetRequiredService<BrokerConnection>()));
        if (!settings.DisableTracing)
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource("RabbitMQ.Client.*"));
    }

    private static RabbitMQClientSettings Read(
        IConfiguration configuration, string connectionName, Action<RabbitMQClientSettings>? configure)
    {
        var settings = new RabbitMQClientSettings();
        foreach (var section in ClientComponent.Sections(configuration, Section, connectionName))
            section.Bind(settings, ClientComponent.AllProperties);
        if (configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configure?.Invoke(settings);
        return settings;
    }
}
