using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Aspire.Hosting.Orchestration;

/// <summary>What the AppHost says on its console.</summary>
internal static partial class AppHostLog
{
    internal static void AddAppHostLogging(this IServiceCollection services, IConfiguration configuration, DistributedApplicationOptions options)
    {
        services.AddLogging(logging =>
        {
            // Health checks that fail while something starts are shown as health, not as errors.
            logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
                .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
                // Why the start failed is told in one line by the application itself.
                .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
            logging.AddConfiguration(configuration.GetSection("Logging"));
            if (options.Testing) return;
            logging.AddConsole(c => c.FormatterName = LineFormatter.FormatterName)
                .AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        });
    }

    [LoggerMessage(1, LogLevel.Error, "{Message}")]
    internal static partial void Failed(ILogger logger, string message);
}
