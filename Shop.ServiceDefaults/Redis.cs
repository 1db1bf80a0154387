using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Shop.ServiceDefaults;

/// <summary>Registration of Redis. What differs between StackExchange.Redis 1.2 and later versions is kept in this file.</summary>
public static class Redis
{
    /// <summary>
    /// <see cref="IConnectionMultiplexer"/> for <c>ConnectionStrings:&lt;name&gt;</c>. Redis away is "degraded", never "not ready",
    /// and the service starts without it.
    /// </summary>
    public static IHostApplicationBuilder AddRedis(this IHostApplicationBuilder builder, string name)
    {
        builder.AddRedisClient(
            name,
            settings => settings.DisableHealthChecks = true,
            options =>
            {
                options.AbortOnConnectFail = false;
                options.ConnectTimeout = 2000;
                options.SyncTimeout = 1000;
            });
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name, services => new Check(services), failureStatus: null, tags: null));
        return builder;
    }

    private sealed class Check(IServiceProvider services) : IHealthCheck
    {
        // Whether the client holds a connection; asking the server would cost a health probe the full time-out when it hangs.
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
            Task.FromResult(services.GetRequiredService<IConnectionMultiplexer>().IsConnected
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("Redis is away"));
    }
}
