using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Service.Orders;

/// <summary>Runs the Program of a service inside this process, on a free port, so that a test can reach its services.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Task _running;

    private ServiceHost(IHost host, Task running)
    {
        _host = host;
        _running = running;
        Address = new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public IServiceProvider Services => _host.Services;

    public static async Task<ServiceHost> StartAsync(Assembly service, IEnumerable<KeyValuePair<string, string>> settings)
    {
        string[] args =
        [
            $"--applicationName={service.GetName().Name}", "--environment=Development", "--urls=http://127.0.0.1:0",
            .. settings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        var built = new TaskCompletionSource<IHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = Task.Factory.StartNew(() => Run(service, args, built), TaskCreationOptions.LongRunning);
        await Task.WhenAny(built.Task, running);
        if (running.IsFaulted)
        {
            await running;
        }

        var host = await built.Task;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(started.SetResult);
        await Task.WhenAny(started.Task, running).WaitAsync(TimeSpan.FromSeconds(60));
        if (running.IsFaulted)
        {
            await running;
        }

        return new(host, running);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _running;
    }

    // The hosting library announces the host that the entry point builds; only that of this thread is meant.
    private static void Run(Assembly service, string[] args, TaskCompletionSource<IHost> built)
    {
        var mine = new AsyncLocal<bool> { Value = true };
        using var listeners = DiagnosticListener.AllListeners.Subscribe(new Observer<DiagnosticListener>(listener =>
        {
            if (listener.Name == "Microsoft.Extensions.Hosting")
            {
                listener.Subscribe(new Observer<KeyValuePair<string, object?>>(announced =>
                {
                    if (mine.Value && announced is { Key: "HostBuilt", Value: IHost host })
                    {
                        built.TrySetResult(host);
                    }
                }));
            }
        }));
        service.EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [args], null);
    }

    private sealed class Observer<T>(Action<T> onNext) : IObserver<T>
    {
        public void OnNext(T value) => onNext(value);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
