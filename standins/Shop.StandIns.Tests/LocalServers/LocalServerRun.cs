using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.LocalServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.LocalServers;

/// <summary>A server of a graph, started the way the orchestrator does, without the orchestrator.</summary>
internal sealed class LocalServerRun : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly DistributedApplication _application;
    private readonly Process _process;
    private readonly string _directory;
    private readonly ConcurrentQueue<string> _lines = new();
    private string? _health;

    private LocalServerRun(DistributedApplication application, Process process, string directory)
    {
        (_application, _process, _directory) = (application, process, directory);
        process.OutputDataReceived += (_, e) => _lines.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => _lines.Enqueue(e.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal string Output => string.Join('\n', _lines);

    internal static IDistributedApplicationBuilder CreateBuilder(params string[] args) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true, Testing = true });

    /// <summary>A directory into which other accounts may go.</summary>
    internal static string CreateDirectory()
    {
        var path = Directory.CreateTempSubdirectory("shop-test-").FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return path;
    }

    /// <summary>Gives every endpoint of the resource a free port.</summary>
    internal static void Allocate(ContainerResource resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>()) endpoint.AllocatedPorts = [FreePorts.Next()];
    }

    internal static async Task<LocalServerProcess> PrepareAsync(
        ContainerResource resource, string directory, CancellationToken cancellationToken, TimeSpan? dataPatience = null)
    {
        var server = resource.Annotations.OfType<LocalServerAnnotation>().Single();
        Assert.Null(server.Find());
        return await server.PrepareAsync(new()
        {
            Resource = resource,
            Ports = resource.Annotations.OfType<EndpointAnnotation>().ToDictionary(e => e.Name, e => e.PortOf(0)),
            DataDirectory = directory,
            Environment = await EnvironmentAsync(resource, cancellationToken),
            Logger = NullLogger.Instance,
            DataPatience = dataPatience ?? DataLock.Patience,
            ClaimPorts = count => [.. Enumerable.Range(0, count).Select(_ => FreePorts.Next())],
            InstanceName = "test",
        }, cancellationToken);
    }

    /// <summary>Starts the server and waits until its health check is content.</summary>
    internal static async Task<LocalServerRun> StartAsync(
        DistributedApplication application, ContainerResource resource, string directory, CancellationToken cancellationToken)
    {
        var run = await LaunchAsync(application, resource, directory, cancellationToken);
        await run.UntilHealthyAsync(resource.Name, cancellationToken);
        return run;
    }

    /// <summary>Starts the process and does not wait for it.</summary>
    internal static async Task<LocalServerRun> LaunchAsync(
        DistributedApplication application, ContainerResource resource, string directory, CancellationToken cancellationToken,
        TimeSpan? dataPatience = null)
    {
        var prepared = await PrepareAsync(resource, directory, cancellationToken, dataPatience);
        var start = new ProcessStartInfo(prepared.ExecutablePath, prepared.Arguments)
        {
            WorkingDirectory = prepared.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in prepared.Environment) start.Environment[name] = value;
        return new(application, Process.Start(start)!, directory);
    }

    internal async Task UntilHealthyAsync(string name, CancellationToken cancellationToken)
    {
        await Eventually.BecomesAsync(
            $"{name} is healthy",
            async () => _process.HasExited || await IsHealthyAsync(name, cancellationToken) ? "" : $"{_health}\n{Output}",
            trouble => trouble.Length == 0, s_patience);
        Assert.False(_process.HasExited, Output);
    }

    /// <summary>Waits for the end that the server comes to by itself.</summary>
    internal async Task<int> ExitCodeAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    internal async Task<bool> IsHealthyAsync(string name, CancellationToken cancellationToken)
    {
        var checks = _application.Services.GetRequiredService<HealthCheckService>();
        var report = await checks.CheckHealthAsync(check => check.Name == $"{name}_check", cancellationToken);
        var entry = Assert.Single(report.Entries).Value;
        _health = $"{entry.Description} {entry.Exception}";
        return entry.Status == HealthStatus.Healthy;
    }

    /// <summary>SIGTERM; the server must end by itself, and leave nothing. DCP gives it 6 s, which a busy machine may need for less.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        await EndAsync(cancellationToken);
        await UntilNothingIsLeftAsync();
    }

    /// <summary>SIGTERM, while another server may already wait for the data.</summary>
    internal async Task EndAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, _process.ExitCode);
    }

    /// <summary>SIGKILL of the process that DCP knows; the rest must end by itself.</summary>
    internal async Task KillAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("KILL");
        await UntilNothingIsLeftAsync();
    }

    internal static bool IsListening(int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("TERM");
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Ids of processes that name the data directory in their command, their environment or as their place.</summary>
    private IReadOnlyList<string> Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0]) && Mentions(d)).Select(d => Path.GetFileName(d)),
    ];

    private Task UntilNothingIsLeftAsync() => Eventually.BecomesAsync(
        "no process is left", () => Task.FromResult(string.Join(' ', Processes())), left => left.Length == 0, s_patience);

    private bool Mentions(string process)
    {
        try
        {
            return File.ResolveLinkTarget($"{process}/cwd", returnFinalTarget: false)?.FullName.StartsWith(_directory, StringComparison.Ordinal) == true
                || File.ReadAllText($"{process}/cmdline").Contains(_directory, StringComparison.Ordinal)
                || File.ReadAllText($"{process}/environ").Contains(_directory, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended meanwhile, or belongs to somebody else
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static async Task<Dictionary<string, string>> EnvironmentAsync(ContainerResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(new(isPublishMode: false), resource, [], cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>()) await annotation.Callback(context);
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
            environment[name] = value is IValueProvider provider ? (await provider.GetValueAsync(cancellationToken))! : (string)value;
        return environment;
    }
}
