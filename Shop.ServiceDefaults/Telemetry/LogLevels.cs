using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Telemetry;

internal static class LogLevels
{
    /// <summary>
    /// Frameworks log at Warning: three lines per request cost more than the request, and traces say the same. The first
    /// configuration source, so that any other one overrides it.
    /// </summary>
    public static void AddQuietLogs(this IHostApplicationBuilder builder) =>
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                // Starting up is not an error, and an outage is told by whoever meets it.
                ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "Critical",
                ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
                ["Logging:LogLevel:Npgsql"] = "Warning",
                ["Logging:LogLevel:Polly"] = "Warning",
                ["Logging:LogLevel:Yarp"] = "Warning",
            },
        });
}
