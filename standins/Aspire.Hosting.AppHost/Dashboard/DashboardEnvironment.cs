namespace Aspire.Hosting.Dashboard;

/// <summary>The environments that join three parties: the dashboard, the AppHost's resource service, the services' telemetry.</summary>
internal static class DashboardEnvironment
{
    /// <summary>What the dashboard's process is started with.</summary>
    /// <param name="settings">Addresses and keys.</param>
    /// <param name="resourceServiceUrl">Where the AppHost serves its resources.</param>
    /// <param name="environmentName">The AppHost's environment, say <c>Development</c>.</param>
    public static IReadOnlyDictionary<string, string> ForDashboard(DashboardSettings settings, string resourceServiceUrl, string environmentName)
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

    /// <summary>
    /// What a service gets so that its telemetry lands under its own name: the dashboard joins telemetry and resource by
    /// the service's name and the instance's suffix.
    /// </summary>
    /// <param name="settings">Addresses and keys.</param>
    /// <param name="resourceName">The name in the model.</param>
    /// <param name="instance">What tells this replica from the others: the suffix of its resource id.</param>
    /// <param name="development">Short batches and every trace, at the price of CPU.</param>
    public static IReadOnlyDictionary<string, string> ForService(DashboardSettings settings, string resourceName, string instance, bool development)
    {
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = settings.OtlpUrl,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
            ["OTEL_SERVICE_NAME"] = resourceName,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance}",
            ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory",
        };
        if (!settings.Anonymous)
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={settings.OtlpKey}";
        if (!development)
            return variables;

        const string second = "1000";
        variables["OTEL_BLRP_SCHEDULE_DELAY"] = second;
        variables["OTEL_BSP_SCHEDULE_DELAY"] = second;
        variables["OTEL_METRIC_EXPORT_INTERVAL"] = second;
        variables["OTEL_TRACES_SAMPLER"] = "always_on";
        variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        return variables;
    }
}
