using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;

namespace Shop.ServiceDefaults.Http;

internal static class HttpExtensions
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>Every HttpClient finds services by name and carries the one layer that retries.</summary>
    public static void AddHttpDefaults(this IHostApplicationBuilder builder)
    {
        builder.Services.AddServiceDiscovery();
        builder.Services.TryAddSingleton<RetryRules>();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddHttpMessageHandler(() => new RequestContext());
            http.AddStandardResilienceHandler().Configure((options, services) =>
                Configure(options, services.GetRequiredService<RetryRules>()));
            http.AddServiceDiscovery();
        });
    }

    private static void Configure(HttpStandardResilienceOptions options, RetryRules rules)
    {
        options.AttemptTimeout.Timeout = AttemptTimeout;
        options.TotalRequestTimeout.Timeout = TotalTimeout;
        options.Retry.MaxRetryAttempts = 2;
        options.Retry.Delay = FirstRetryDelay;
        options.Retry.ShouldHandle = args => ValueTask.FromResult(rules.ShouldRetry(args));
    }
}
