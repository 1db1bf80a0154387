using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults.Data;

namespace Shop.Tests.Service;

/// <summary>
/// A service as its Program builds it, run inside the test process on a port of its own: real HTTP, real middleware, and
/// the test can reach its objects.
/// </summary>
internal sealed class RunningService : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly IHost _host;
    private readonly Task _main;

    private RunningService(IHost host, Task main)
    {
        (_host, _main) = (host, main);
        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Address = new Uri(addresses.Single());
    }

    public Uri Address { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Returns when the service is ready: it listens, and its databases are migrated and seeded.</summary>
    /// <param name="anyTypeOfService">Names the assembly whose Program is run.</param>
    public static async Task<RunningService> StartAsync(Type anyTypeOfService, IReadOnlyDictionary<string, string> settings)
    {
        var assembly = anyTypeOfService.Assembly;
        string[] arguments =
        [
            $"--applicationName={assembly.GetName().Name}", "--urls=http://127.0.0.1:0",
            .. settings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        var built = new TaskCompletionSource<IHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        var main = Task.Factory.StartNew(() => RunProgram(assembly, arguments, built), TaskCreationOptions.LongRunning);
        var host = await FirstOfAsync(built.Task, main);
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => started.TrySetResult(true));
        await FirstOfAsync(started.Task, main);
        await host.Services.GetRequiredService<ServiceDatabases>().WhenReadyAsync(CancellationToken.None).WaitAsync(Deadline);
        return new RunningService(host, main);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _main.WaitAsync(Deadline);
    }

    /// <summary>The awaited result, or the error with which the Program ended instead.</summary>
    private static async Task<T> FirstOfAsync<T>(Task<T> awaited, Task main)
    {
        var first = await Task.WhenAny(awaited, main).WaitAsync(Deadline);
        await first;
        return first == main ? throw new InvalidOperationException("The service ended at once.") : await awaited;
    }

    // Hosting announces every host that is built; the flag flows only with the calls made from here.
    private static void RunProgram(Assembly assembly, string[] arguments, TaskCompletionSource<IHost> built)
    {
        var ours = new AsyncLocal<bool> { Value = true };
        using var subscription = DiagnosticListener.AllListeners.Subscribe(new Watcher<DiagnosticListener>(listener =>
        {
            if (listener.Name != "Microsoft.Extensions.Hosting") return;
            listener.Subscribe(new Watcher<KeyValuePair<string, object?>>(announced =>
            {
                if (ours.Value && announced is { Key: "HostBuilt", Value: IHost host }) built.TrySetResult(host);
            }));
        }));
        assembly.EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, [arguments], culture: null);
    }

    private sealed class Watcher<T>(Action<T> seen) : IObserver<T>
    {
        public void OnNext(T value) => seen(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
