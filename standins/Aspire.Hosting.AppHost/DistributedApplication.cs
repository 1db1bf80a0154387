using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>The running (or described) application.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private bool _disposed;

    internal DistributedApplication(IHost host) => _host = host;

    /// <summary>Services of the AppHost process itself.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>States of the resources.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Start, stop, restart and the AppHost's own commands.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>Starts the description of a graph.</summary>
    /// <param name="args">Command-line arguments.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Starts the description of a graph.</summary>
    /// <param name="options">How the application is built.</param>
    internal static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>
    /// Runs until Ctrl-C or SIGTERM and stops everything that was started; in publish mode writes the manifest. What is wrong is told in
    /// one line, and the exit code is 1.
    /// </summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="Run" />
    /// <param name="cancellationToken">Stops the application.</param>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (Services.GetRequiredService<DistributedApplicationExecutionContext>().IsPublishMode)
            {
                await PublishAsync(cancellationToken);
                return;
            }

            await _host.StartAsync(cancellationToken);
            await _host.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested)
        {
            // Stopped while it was starting; what had been started is stopped below.
        }
        catch (Exception e)
        {
            var message = e is DistributedApplicationException ? e.Message : $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
            AppHostLog.Failed(Services.GetRequiredService<ILogger<DistributedApplication>>(), message);
            Environment.ExitCode = 1;
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <summary>Starts everything. Returns when all addresses are known; resources come up in the background.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    public virtual Task StartAsync(CancellationToken cancellationToken = default) => _host.StartAsync(cancellationToken);

    /// <summary>Stops everything: services first, then servers. Ends within 15 s.</summary>
    /// <param name="cancellationToken">Ends the orderly part; what still runs then is killed.</param>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <inheritdoc />
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what still runs and waits until nothing is left.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else _host.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var publisher = Services.GetService<IManifestPublisher>()
            ?? throw new DistributedApplicationException("There is no publisher of that name; use --publisher manifest --output-path FILE.");
        await publisher.PublishAsync([.. Services.GetRequiredService<IDistributedApplicationBuilder>().Resources], cancellationToken);
    }
}
