using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>One run of the dashboard: the service that it reads from, in this process, and how to start its own.</summary>
internal sealed class Dashboard(
    ResourceNotificationService notifications, ResourceLoggerService logs, ResourceCommandService commands,
    PortClaims ports, IConfiguration configuration, IHostEnvironment environment, DistributedApplicationOptions options, ILogger<Dashboard> logger)
    : IDashboard, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private ResourceServer? _server;
    private Task _feeding = Task.CompletedTask;

    /// <inheritdoc />
    public DashboardExecutable? Executable { get; private set; }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = DashboardSettings.Read(configuration, () => ports.Claim(1)[0], randomPorts: options.Testing);
        var feed = new ResourceFeed(notifications);
        _feeding = feed.RunAsync(_stopping.Token);
        var calls = new ResourceCalls(ApplicationName(environment), feed, logs, commands);
        _server = await ResourceServer.StartAsync(calls.Methods, settings.ResourceServiceKey, logger, cancellationToken);
        Executable = Describe(settings, _server.Address);
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _feeding;
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private DashboardExecutable Describe(DashboardSettings settings, string resourceServiceUrl)
    {
        var program = AspireBundle.Dashboard(configuration);
        return new()
        {
            Path = program,
            Arguments = ["dashboard"],
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment = DashboardEnvironment.Of(settings, resourceServiceUrl, environment.EnvironmentName),
            FrontendUrl = settings.FrontendUrl,
            LoginUrl = settings.LoginUrl,
            Ports = [new Uri(settings.FrontendUrl).Port, new Uri(settings.OtlpUrl).Port],
            OtlpEndpoint = settings.OtlpUrl,
            OtlpHeaders = settings.Anonymous ? null : $"x-otlp-api-key={settings.OtlpKey}",
        };
    }

    // "Shop.AppHost" is shown as "Shop": the part that tells one application from another.
    private static string ApplicationName(IHostEnvironment environment) =>
        environment.ApplicationName.EndsWith(".AppHost", StringComparison.OrdinalIgnoreCase)
            ? environment.ApplicationName[..^".AppHost".Length]
            : environment.ApplicationName;
}
