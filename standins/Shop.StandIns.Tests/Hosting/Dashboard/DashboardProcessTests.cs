using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TheDashboard = Aspire.Hosting.Dashboard.Dashboard;

namespace Shop.StandIns.Tests.Hosting.Dashboard;

/// <summary>The real dashboard, started as the AppHost starts it.</summary>
public sealed class DashboardProcessTests : IAsyncLifetime
{
    private const string ApiKey = "key-for-reading";

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private readonly PortClaims _ports = new(Path.Combine(Path.GetTempPath(), $"shop-ports-{Environment.ProcessId}", "ports"));
    private TheDashboard _dashboard = null!;
    private DashboardExecutable _executable = null!;
    private Process _process = null!;

    public async Task InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables()
            .AddInMemoryCollection([new("AppHost:DashboardApiKey", ApiKey), new("AppHost:BrowserToken", "open-sesame")]).Build();
        var services = new ServiceCollection().BuildServiceProvider();
        var notifications = new ResourceNotificationService(services);
        var logs = new ResourceLoggerService(TimeProvider.System);
        _dashboard = new TheDashboard(
            notifications, logs, new ResourceCommandService(notifications, logs, services),
            _ports, configuration, new HostingEnvironment { ApplicationName = "Shop.AppHost", EnvironmentName = "Development" },
            new DistributedApplicationOptions { Testing = true }, NullLogger<TheDashboard>.Instance);
        await _dashboard.StartAsync(_deadline.Token);
        _executable = _dashboard.Executable!;

        var start = new ProcessStartInfo(_executable.Path, _executable.Arguments)
        {
            WorkingDirectory = _executable.WorkingDirectory, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in _executable.Environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task DisposeAsync()
    {
        _process.Kill();
        _process.Dispose();
        await _dashboard.DisposeAsync();
        _http.Dispose();
        _ports.Dispose();
        _deadline.Dispose();
    }

    [Fact]
    public async Task It_asks_for_the_token_takes_telemetry_with_its_key_and_gives_it_back()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOnceUpAsync($"{_executable.FrontendUrl}/api/telemetry/resources"));
        using (var page = await _http.GetAsync(_executable.FrontendUrl, _deadline.Token))
            Assert.StartsWith("/login", page.Headers.Location?.OriginalString.Replace(_executable.FrontendUrl, ""), StringComparison.Ordinal);
        using (var login = await _http.GetAsync(_executable.LoginUrl, _deadline.Token))
            Assert.Contains(login.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(".Aspire.Dashboard.Auth", StringComparison.Ordinal));

        Export("refused", headers: "x-otlp-api-key=wrong");
        Export("catalog", _executable.OtlpHeaders!);
        _http.DefaultRequestHeaders.Add("x-api-key", ApiKey);
        var resources = await ResourcesAsync();
        Assert.Equal([("catalog", "abcdefgh", true)],
            resources.Select(r => ((string?)r!["name"], (string?)r["instanceId"], (bool?)r["hasTraces"] ?? false)));
    }

    private void Export(string service, string headers)
    {
        using var source = new ActivitySource($"{nameof(DashboardProcessTests)}.{service}");
        using var provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .ConfigureResource(resource => resource.Clear().AddService(service, serviceInstanceId: "abcdefgh"))
            .AddOtlpExporter(options =>
            {
                options.Endpoint = new Uri(_executable.OtlpEndpoint);
                options.Protocol = OtlpExportProtocol.Grpc;
                options.Headers = headers;
            })
            .Build();
        source.StartActivity("sells")?.Dispose();
        provider.ForceFlush();
    }

    private Task<JsonArray> ResourcesAsync() => Eventually.BecomesAsync(
        "the telemetry has arrived",
        async () => JsonNode.Parse(await _http.GetStringAsync($"{_executable.FrontendUrl}/api/telemetry/resources", _deadline.Token))!.AsArray(),
        resources => resources.Count > 0);

    // Until it listens no status comes at all.
    private Task<HttpStatusCode> StatusOnceUpAsync(string url) => Eventually.BecomesAsync(
        $"{url} answers",
        async () =>
        {
            Assert.False(_process.HasExited, "the dashboard has ended");
            using var response = await _http.GetAsync(url, _deadline.Token);
            return response.StatusCode;
        },
        _ => true, TimeSpan.FromSeconds(90));
}
