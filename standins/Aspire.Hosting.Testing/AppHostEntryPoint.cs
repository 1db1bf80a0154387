using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs the Main method of an AppHost on a thread of its own and follows the builder's diagnostic events: it is held where it builds its
/// graph until the test wants the application, and left where the application is built, since the test starts it.
/// </summary>
internal sealed class AppHostEntryPoint(
    Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private readonly AsyncLocal<bool> _isMine = new();
    private readonly TaskCompletionSource<IDistributedApplicationBuilder> _building = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _mayBuild = new();
    private readonly List<IDisposable> _subscriptions = [];
    private volatile bool _abandoned;

    internal Task<IDistributedApplicationBuilder> RunToBuildAsync(CancellationToken cancellationToken)
    {
        new Thread(RunMain) { IsBackground = true, Name = "AppHost entry point" }.Start();
        return _building.Task.WaitAsync(cancellationToken);
    }

    internal Task<DistributedApplication> RunToEndAsync(CancellationToken cancellationToken)
    {
        _mayBuild.Set();
        return _built.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The test does not want the application any more.</summary>
    internal void Abandon()
    {
        _abandoned = true;
        _mayBuild.Set();
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "Aspire.Hosting") _subscriptions.Add(value.Subscribe(this));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (!_isMine.Value) return;
        switch (value)
        {
            case { Key: "DistributedApplicationBuilderConstructing", Value: ValueTuple<DistributedApplicationOptions, HostApplicationBuilderSettings> v }:
                Prepare(v.Item1, v.Item2);
                break;
            case { Key: "DistributedApplicationBuilding", Value: IDistributedApplicationBuilder builder }:
                _building.TrySetResult(builder);
                _mayBuild.Wait();
                if (_abandoned) throw new HostAbortedException();
                break;
            case { Key: "DistributedApplicationBuilt", Value: DistributedApplication application }:
                _built.TrySetResult(application);
                throw new HostAbortedException();
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    private void Prepare(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        options.AppHostAssembly = assembly;
        options.Testing = true;
        options.DisableDashboard = true;
        options.ProjectDirectory = AppHostConfiguration.DirectoryOf(assembly);
        options.Args = settings.Args = args;
        if (LaunchProfile.Of(options.ProjectDirectory) is var (_, profile))
            settings.EnvironmentName = profile.EnvironmentVariables.GetValueOrDefault("DOTNET_ENVIRONMENT")
                ?? profile.EnvironmentVariables.GetValueOrDefault("ASPNETCORE_ENVIRONMENT");
        configure(options, settings);
    }

    private void RunMain()
    {
        _isMine.Value = true;
        using var all = DiagnosticListener.AllListeners.Subscribe(this);
        try
        {
            var main = assembly.EntryPoint ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no entry point.");
            var result = main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, main.GetParameters().Length == 0 ? [] : [args], null);
            if (result is Task task) task.GetAwaiter().GetResult();
            Fail(new InvalidOperationException("The AppHost ended without building an application."));
        }
        catch (HostAbortedException)
        {
            Fail(new OperationCanceledException("The testing builder was disposed."));
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            foreach (var subscription in _subscriptions) subscription.Dispose();
        }
    }

    private void Fail(Exception e)
    {
        _building.TrySetException(e);
        _built.TrySetException(e);
    }
}
