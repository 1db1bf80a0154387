using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts, stops and restarts one instance of a resource. One of these at a time.</summary>
internal sealed class InstanceRunner(ResourceInstance instance, RunnerServices services) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ILogger _console = services.Loggers.GetLogger(instance.Id);
    private CancellationTokenSource _start = new();
    private CancellationTokenSource? _wait;
    private int _generation;

    internal ResourceInstance Instance => instance;

    /// <summary>The collection of DCP's API that holds the object; null before the first start.</summary>
    internal string? Kind { get; private set; }

    /// <summary>Tells objects of DCP apart that have the same name because of a restart.</summary>
    internal string Generation => _generation.ToString(CultureInfo.InvariantCulture);

    /// <summary>Its end is what somebody asked for.</summary>
    internal bool IsStopping { get; private set; }

    /// <summary>Waits for what the resource waits for (unless told not to), then creates the process.</summary>
    internal async Task StartAsync(bool wait, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_start.IsCancellationRequested) _start = new();
            IsStopping = false;
            using var both = CancellationTokenSource.CreateLinkedTokenSource(_start.Token, cancellationToken);
            await PublishAsync(s => s with { State = ResourceStateSnapshot.Plain(KnownResourceStates.Starting), ExitCode = null, StopTimeStamp = null, IsReady = false });
            if (wait) await WaitAsync(both.Token);
            await services.Eventing.PublishAsync(new BeforeResourceStartedEvent(instance.Resource, services.Provider), both.Token);
            await CreateAsync(both.Token);
        }
        catch (OperationCanceledException)
        {
            await PublishAsync(s => s with { State = ResourceStateSnapshot.Plain(KnownResourceStates.NotStarted) });
        }
        catch (Exception e)
        {
            await FailAsync(e);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Asks the process to end, in any case, and waits until it has.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        MarkStopping();
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (HasEnded) return;
            await PublishAsync(s => s with { State = ResourceStateSnapshot.Plain(KnownResourceStates.Stopping) });
            await services.Dcp.StopAsync(Kind!, instance.Id, CancellationToken.None);
            await services.Notifications.WaitForResourceAsync(
                instance.Resource.Name, e => e.ResourceId == instance.Id && ResourceNotificationService.IsTerminal(e), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Starts it again if it has ended; ends the wait if it waits.</summary>
    internal async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        if (_wait is { } waiting) await waiting.CancelAsync();
        else if (HasEnded)
        {
            await DeleteAsync(cancellationToken);
            await StartAsync(wait: false, cancellationToken);
        }
    }

    /// <summary>Ends a start that is under way. What happens to the process from now on is no failure.</summary>
    internal void MarkStopping()
    {
        IsStopping = true;
        _start.Cancel();
    }

    internal async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        await StartAgainAsync(cancellationToken);
    }

    /// <summary>Tells once, on the console of the resource and of the AppHost, why it is not there.</summary>
    private async Task FailAsync(Exception reason)
    {
        AppHostLog.Failed(_console, reason.Message);
        await PublishAsync(s => s with { State = new(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error), StopTimeStamp = Now });
        if (reason is not DependencyException)
            services.Failures.Report(instance.Resource, $"{instance.Resource.Name} could not be started: {reason.Message}");
    }

    public void Dispose()
    {
        _gate.Dispose();
        _start.Dispose();
    }

    private bool HasEnded => Kind is null || (services.Notifications.TryGetCurrentState(instance.Id, out var e)
        && (ResourceNotificationService.IsTerminal(e) || e.Snapshot.State?.Text == KnownResourceStates.NotStarted));

    private DateTime Now => services.Time.GetUtcNow().UtcDateTime;

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        services.Notifications.PublishUpdateAsync(instance.Resource, instance.Id, change);

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var wait = _wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await services.Waiter.WaitAsync(instance.Resource, names => _ = PublishAsync(
                s => (s with { State = ResourceStateSnapshot.Plain(KnownResourceStates.Waiting) }).WithProperty(KnownProperties.WaitingFor, names)), wait.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The user pressed start: it shall not wait any longer.
        }
        finally
        {
            _wait = null;
        }

        await PublishAsync(s => s with
        {
            State = ResourceStateSnapshot.Plain(KnownResourceStates.Starting),
            Properties = s.Properties.RemoveAll(p => p.Name == KnownProperties.WaitingFor),
        });
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var plan = await services.Planner.PlanAsync(instance, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        _generation++;
        var metadata = new DcpMetadata
        {
            Name = instance.Id,
            Annotations = new() { ["resource-name"] = instance.Resource.Name, [StatusWatcher.GenerationAnnotation] = Generation },
        };
        await PublishAsync(s => Describe(s, plan));
        // Not to be cut off in the middle: whether there is an object must be known.
        if (plan.Container is { } container)
        {
            Kind = DcpKind.Containers;
            await services.Dcp.CreateAsync(new DcpContainer { Metadata = metadata, Spec = container }, CancellationToken.None);
        }
        else
        {
            Kind = DcpKind.Executables;
            await services.Dcp.CreateAsync(new DcpExecutable { Metadata = metadata, Spec = plan.Executable! }, CancellationToken.None);
        }
    }

    private CustomResourceSnapshot Describe(CustomResourceSnapshot snapshot, InstancePlan plan)
    {
        var environment = plan.Executable?.Env ?? plan.Container?.Env ?? [];
        snapshot = snapshot with
        {
            EnvironmentVariables = [.. environment.Select(v => new EnvironmentVariableSnapshot(v.Name, v.Value, true))],
            Urls = [.. InstanceUrls.Of(instance, inactive: true)],
        };
        // The first argument of a project is its own assembly.
        if (instance.Resource is ProjectResource && plan.Executable is { Args: { Count: > 1 } all })
            snapshot = snapshot.WithProperty(KnownProperties.AppArgs, all.Skip(1).ToArray());
        return plan.Executable is { } executable
            ? snapshot.WithProperty(KnownProperties.ExecutablePath, executable.ExecutablePath)
                .WithProperty(KnownProperties.ExecutableWorkDir, executable.WorkingDirectory)
                .WithProperty(KnownProperties.ExecutableArgs, executable.Args)
            : snapshot.WithProperty(KnownProperties.ContainerImage, plan.Container!.Image);
    }

    /// <summary>A stopped object of DCP cannot be started; it is removed and a new one gets its name.</summary>
    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        if (Kind is null) return;
        while (!await services.Dcp.DeleteAsync(Kind, instance.Id, cancellationToken))
            await Task.Delay(TimeSpan.FromMilliseconds(50), services.Time, cancellationToken);
    }
}
