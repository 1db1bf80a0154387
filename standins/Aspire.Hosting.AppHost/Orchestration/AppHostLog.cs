using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>What the AppHost says on its console.</summary>
internal static partial class AppHostLog
{
    internal static void AddAppHostLogging(this IServiceCollection services, IConfiguration configuration, DistributedApplicationOptions options)
    {
        services.AddLogging(logging =>
        {
            logging.AddConfiguration(configuration.GetSection("Logging"));
            logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
            if (!options.Testing) logging.AddConsole(c => c.FormatterName = LineFormatter.FormatterName).AddConsoleFormatter<LineFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>();
        });
    }

    [LoggerMessage(1, LogLevel.Error, "{Message}")]
    internal static partial void Failed(ILogger logger, string message);
}
