using Aspire;
using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Connects an application to a Redis of the AppHost.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>
    /// Registers a singleton <see cref="IConnectionMultiplexer"/> with a health check. Unless the connection string says
    /// <c>abortConnect=true</c>, it may be had while Redis is away, and connects when Redis comes.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="connectionName">Name in <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Has the last word over the configuration.</param>
    /// <param name="configureOptions">Has the last word over the connection string.</param>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = Read(builder.Configuration, connectionName, configureSettings);

        builder.Services.TryAddSingleton<IConnectionMultiplexer>(_ =>
        {
            var text = ClientComponent.Require(settings.ConnectionString, connectionName, Section);
            return ConnectionMultiplexer.Connect(Options(text, builder.Configuration, connectionName, configureOptions));
        });

        if (!settings.DisableAutoActivation)
            builder.Services.AddHostedService<RedisActivation>();
        if (!settings.DisableHealthChecks)
            builder.TryAddHealthCheck("StackExchange.Redis", services => new RedisHealthCheck(services));
    }

    private static StackExchangeRedisSettings Read(
        IConfiguration configuration, string connectionName, Action<StackExchangeRedisSettings>? configure)
    {
        var settings = new StackExchangeRedisSettings();
        foreach (var section in ClientComponent.Sections(configuration, Section, connectionName))
            section.Bind(settings, ClientComponent.AllProperties);
        if (configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configure?.Invoke(settings);
        return settings;
    }

    private static ConfigurationOptions Options(
        string connectionString, IConfiguration configuration, string connectionName, Action<ConfigurationOptions>? configure)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        if (!connectionString.Contains("abortConnect", StringComparison.OrdinalIgnoreCase))
            options.AbortOnConnectFail = false;
        foreach (var section in ClientComponent.Sections(configuration, Section, connectionName))
            section.GetSection("ConfigurationOptions").Bind(options);
        configure?.Invoke(options);
        return options;
    }
}
