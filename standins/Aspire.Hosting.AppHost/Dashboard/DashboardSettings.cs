using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Addresses and keys of one run of the dashboard, read from the AppHost's configuration. A key that nobody set is made
/// up for this run.
/// </summary>
internal sealed record DashboardSettings
{
    public const string DefaultFrontendUrl = "http://localhost:18888";

    /// <summary>Where people open it (<c>ASPNETCORE_URLS</c> of the AppHost).</summary>
    public required string FrontendUrl { get; init; }

    /// <summary>Where services send telemetry: OTLP over gRPC (<c>ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL</c>).</summary>
    public required string OtlpUrl { get; init; }

    /// <summary>No login, no keys (<c>ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS</c>).</summary>
    public required bool Anonymous { get; init; }

    /// <summary>What the login page asks for (<c>ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN</c> or <c>AppHost:BrowserToken</c>).</summary>
    public required string BrowserToken { get; init; }

    /// <summary>What services send as <c>x-otlp-api-key</c> (<c>AppHost:OtlpApiKey</c>).</summary>
    public required string OtlpKey { get; init; }

    /// <summary>What readers of <c>/api/telemetry</c> send as <c>x-api-key</c> (<c>AppHost:DashboardApiKey</c>).</summary>
    public required string ApiKey { get; init; }

    /// <summary>What the dashboard sends to the resource service (<c>ASPIRE_DASHBOARD_RESOURCESERVICE_APIKEY</c>).</summary>
    public required string ResourceServiceKey { get; init; }

    /// <summary>Settings that are handed to the dashboard as they are: all that begin with <c>ASPIRE_DASHBOARD_</c>.</summary>
    public required IReadOnlyDictionary<string, string> PassedOn { get; init; }

    /// <summary>The address to open, with the token that logs in where one is needed.</summary>
    public string LoginUrl => Anonymous ? FrontendUrl : $"{FrontendUrl}/login?t={BrowserToken}";

    /// <param name="configuration">The AppHost's configuration.</param>
    /// <param name="freePort">Gives a port that nothing listens on, for what has no address of its own.</param>
    /// <param name="randomPorts">True in tests: free ports, except for a frontend that is configured.</param>
    public static DashboardSettings Read(IConfiguration configuration, Func<int> freePort, bool randomPorts)
    {
        var resourceKey = configuration["ASPIRE_DASHBOARD_RESOURCESERVICE_APIKEY"] ?? configuration["AppHost:ResourceService:ApiKey"];
        return new()
        {
            FrontendUrl = Frontend(configuration["ASPNETCORE_URLS"]) ?? (randomPorts ? Loopback(freePort()) : DefaultFrontendUrl),
            OtlpUrl = randomPorts ? Loopback(freePort())
                : configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? Loopback(freePort()),
            Anonymous = configuration.GetValue<bool>("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"),
            BrowserToken = configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] ?? configuration["AppHost:BrowserToken"] ?? Secrets.Key(),
            OtlpKey = configuration["AppHost:OtlpApiKey"] ?? Secrets.Key(),
            ApiKey = configuration["AppHost:DashboardApiKey"] ?? Secrets.Key(),
            ResourceServiceKey = resourceKey ?? Secrets.Key(),
            PassedOn = configuration.AsEnumerable()
                .Where(setting => setting.Key.StartsWith("ASPIRE_DASHBOARD_", StringComparison.OrdinalIgnoreCase) && setting.Value is not null)
                .ToDictionary(setting => setting.Key, setting => setting.Value!),
        };
    }

    // Several addresses may be configured; the dashboard is plain HTTP on loopback, so the first such is taken.
    private static string? Frontend(string? urls) =>
        urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))?.TrimEnd('/');

    private static string Loopback(int port) => $"http://localhost:{port}";
}
