namespace Aspire.Hosting.Dashboard;

/// <summary>The settings of the dashboard's process.</summary>
internal static class DashboardEnvironment
{
    /// <summary>What the dashboard's process is started with.</summary>
    /// <param name="settings">Addresses and keys.</param>
    /// <param name="resourceServiceUrl">Where the AppHost serves its resources.</param>
    /// <param name="environmentName">The AppHost's environment, say <c>Development</c>.</param>
    public static IReadOnlyDictionary<string, string> Of(DashboardSettings settings, string resourceServiceUrl, string environmentName)
    {
        var variables = new Dictionary<string, string>(settings.PassedOn)
        {
            ["ASPNETCORE_URLS"] = settings.FrontendUrl,
            ["ASPNETCORE_ENVIRONMENT"] = environmentName,
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = settings.OtlpUrl,
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = resourceServiceUrl,
            ["ASPIRE_DASHBOARD_API_ENABLED"] = "true",
            ["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "true",
            // Asked for even when everything else is open: the dashboard does not start without a mode.
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = settings.ResourceServiceKey,
        };
        if (settings.Anonymous)
            return variables;

        variables["DASHBOARD__FRONTEND__AUTHMODE"] = "BrowserToken";
        variables["DASHBOARD__FRONTEND__BROWSERTOKEN"] = settings.BrowserToken;
        variables["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey";
        variables["DASHBOARD__OTLP__PRIMARYAPIKEY"] = settings.OtlpKey;
        variables["DASHBOARD__API__AUTHMODE"] = "ApiKey";
        variables["DASHBOARD__API__PRIMARYAPIKEY"] = settings.ApiKey;
        return variables;
    }
}
