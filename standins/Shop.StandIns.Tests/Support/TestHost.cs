using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Shop.StandIns.Tests.Support;

/// <summary>An application without defaults of its own, so that a test sees only what it configures.</summary>
internal static class TestHost
{
    public static HostApplicationBuilder Builder(params (string Key, string? Value)[] configuration)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(configuration.ToDictionary(pair => pair.Key, pair => pair.Value));
        return builder;
    }

    public static Task<HealthReport> CheckHealthAsync(this IHost host) =>
        host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(CancellationToken.None);
}
