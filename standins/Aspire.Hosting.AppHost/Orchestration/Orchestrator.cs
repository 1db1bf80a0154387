using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts the graph through DCP and stops it again. Nothing that it started outlives it, however it ends.</summary>
internal sealed partial class Orchestrator(
    IDistributedApplicationBuilder builder, GraphPreparation graph, DcpProcess dcpProcess, SessionFolder session, IServiceProvider services,
    ILogger<DistributedApplication> logger, TimeProvider time) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(11);
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_endLimitOfTests = TimeSpan.FromSeconds(20);
    private readonly CancellationTokenSource _run = new();
    private readonly CancellationTokenSource _starting = new();
    private readonly Dictionary<string, InstanceRunner> _runners = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Task> _work = [];
    private DcpClient? _dcp;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var dcp = AspireBundle.Dcp(builder.Configuration);
        var starting = dcpProcess.StartAsync(dcp, cancellationToken);
        try
        {
            await graph.PrepareAsync(cancellationToken);
            var dashboard = services.GetService<IDashboard>();
            if (dashboard is not null) await dashboard.StartAsync(cancellationToken);
            DashboardProcess.CheckPorts(dashboard?.Executable);
        }
        finally
        {
            _dcp = await starting;
        }

        var client = _dcp!;
        CreateRunners(client);
        Begin(client);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_dcp is not { } dcp) return;
        _dcp = null;
        // A start that failed has told its reason; that is all its reader needs.
        var wasRunning = _runners.Count > 0;
        if (wasRunning) LogStopping(logger);
        await _starting.CancelAsync();
        foreach (var runner in _runners.Values) runner.MarkStopping();
        using var limit = new CancellationTokenSource(s_stopLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await new Shutdown([.. _runners.Values], time).RunAsync(both.Token);
        if (services.GetService<IDashboard>() is { } dashboard) await dashboard.StopAsync(CancellationToken.None);
        var complete = await EndDcpAsync(dcp);
        await _run.CancelAsync();
        await Task.WhenAll(_work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        services.GetRequiredService<ResourceNotificationService>().Complete();
        dcp.Dispose();
        if (wasRunning && complete) LogStopped(logger);
    }

    public void Dispose()
    {
        foreach (var runner in _runners.Values) runner.Dispose();
        _run.Dispose();
        _starting.Dispose();
        session.Dispose();
    }

    private void CreateRunners(DcpClient dcp)
    {
        var runnerServices = ActivatorUtilities.CreateInstance<RunnerServices>(services, dcp, services);
        foreach (var resource in builder.Resources.Where(GraphPreparation.IsProcess))
        {
            foreach (var instance in resource.Annotations.OfType<ResourceInstancesAnnotation>().Last().Instances)
                _runners.Add(instance.Id, new(instance, runnerServices));
            LifecycleCommands.AddTo(resource, _runners);
        }
    }

    private void Begin(DcpClient dcp)
    {
        var failures = services.GetRequiredService<Failures>();
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        var watcher = new StatusWatcher(
            dcp, _runners, failures, notifications, services.GetRequiredService<DistributedApplicationEventing>(), services, time);
        var logs = new LogFollower(dcp, _runners, services.GetRequiredService<ResourceLoggerService>(), notifications);
        var dashboard = new DashboardProcess(services.GetService<IDashboard>(), dcp, logger, time).StartAsync(_run.Token);
        Run(watcher.RunAsync);
        Run(logs.RunAsync);
        Run(services.GetRequiredService<HealthMonitor>().RunAsync);
        Run(_ => services.GetRequiredService<Progress>().RunAsync(dashboard, _starting.Token));
        Run(_ => services.GetRequiredService<ParameterStates>().PublishAsync());
        foreach (var runner in _runners.Values)
            if (!runner.Instance.Resource.Annotations.OfType<ExplicitStartupAnnotation>().Any())
                Run(ct => runner.StartAsync(wait: true, ct));
    }

    /// <summary>A failure of our own must not be silent.</summary>
    private void Run(Func<CancellationToken, Task> work)
    {
        async Task Guarded()
        {
            try
            {
                await work(_run.Token);
            }
            catch (OperationCanceledException) when (_starting.IsCancellationRequested)
            {
                // The end.
            }
            catch (Exception e)
            {
                services.GetRequiredService<Failures>().End($"The AppHost failed: {e.Message}");
            }
        }

        _work.Add(Task.Run(Guarded));
    }

    private async Task<bool> EndDcpAsync(DcpClient dcp)
    {
        using var limit = new CancellationTokenSource(builder.Options.Testing ? s_endLimitOfTests : s_endLimit, time);
        try
        {
            await dcp.ShutDownAsync(limit.Token);
            await dcpProcess.WaitForEndAsync(limit.Token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or DistributedApplicationException)
        {
            LogSlowEnd(logger, e.Message);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Stopping …")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "Everything is stopped.")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(3, LogLevel.Warning, "DCP still stops what is slow ({Reason}); it ends by itself.")]
    private static partial void LogSlowEnd(ILogger logger, string reason);
}
