using Microsoft.Extensions.Hosting;

namespace Aspire.RabbitMQ.Client;

/// <summary>Connects at start and, like the official client, fails the start when the broker stays away.</summary>
internal sealed class BrokerActivation(BrokerConnection connection) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => connection.GetAsync().WaitAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
