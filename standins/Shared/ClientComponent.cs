using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire;

/// <summary>What the client integrations have in common. Compiled into each of them.</summary>
internal static class ClientComponent
{
    /// <summary>Reads settings: the integration's section, then its section for this connection, which wins.</summary>
    public static IConfigurationSection[] Sections(IConfiguration configuration, string section, string connectionName) =>
        [configuration.GetSection(section), configuration.GetSection($"{section}:{connectionName}")];

    /// <summary>All settings can be configured, also those that Shop does not set in code and that are not public therefore.</summary>
    public static void AllProperties(BinderOptions options) => options.BindNonPublicProperties = true;

    /// <exception cref="InvalidOperationException">The connection string is missing.</exception>
    public static string Require(string? connectionString, string connectionName, string section) =>
        !string.IsNullOrWhiteSpace(connectionString)
            ? connectionString
            : throw new InvalidOperationException(
                $"ConnectionString is missing. It should be provided in 'ConnectionStrings:{connectionName}' or under the " +
                $"'ConnectionString' key in the '{section}' or '{section}:{connectionName}' configuration section.");

    /// <summary>A second registration of the same client keeps the first one's check.</summary>
    public static void TryAddHealthCheck(
        this IHostApplicationBuilder builder, string name, Func<IServiceProvider, IHealthCheck> factory)
    {
        if (builder.Properties.TryAdd($"Aspire.HealthChecks.{name}", true))
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(name, factory, failureStatus: null, tags: null));
    }
}
