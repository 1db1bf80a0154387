using System.Net.Sockets;
using Polly;
using Polly.Retry;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aspire.RabbitMQ.Client;

/// <summary>
/// The one connection of the application. Everyone who asks while it is being made waits for the same attempt; after a
/// failure the next one who asks tries again. Once made, the client itself mends it.
/// </summary>
internal sealed class BrokerConnection(IConnectionFactory factory, int retries, TimeProvider? time) : IAsyncDisposable, IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ResiliencePipeline _pipeline = Pipeline(retries, time);
    private Task<IConnection>? _connection;

    /// <summary>For the container, which knows no asynchronous factories.</summary>
    /// <exception cref="BrokerUnreachableException">No attempt succeeded.</exception>
    public IConnection Get() => GetAsync().GetAwaiter().GetResult();

    public Task<IConnection> GetAsync()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_connection is null or { IsFaulted: true } or { IsCanceled: true })
                _connection = Task.Run(() => _pipeline.ExecuteAsync(ConnectAsync, _stopping.Token).AsTask());
            return _connection;
        }
    }

    /// <summary>For a container that is disposed the old way.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        Task<IConnection>? connection;
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                return;
            _stopping.Cancel();
            connection = _connection;
        }
        if (connection is not null)
            await connection.ContinueWith(
                static made => made.Status == TaskStatus.RanToCompletion ? made.Result.DisposeAsync().AsTask() : Task.CompletedTask,
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default).Unwrap();
        _stopping.Dispose();
    }

    private async ValueTask<IConnection> ConnectAsync(CancellationToken cancellationToken) =>
        await factory.CreateConnectionAsync(cancellationToken);

    private static ResiliencePipeline Pipeline(int retries, TimeProvider? time)
    {
        if (retries <= 0)
            return ResiliencePipeline.Empty;
        return new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<SocketException>().Handle<BrokerUnreachableException>(),
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromSeconds(1),
            MaxRetryAttempts = retries,
        }).Build();
    }
}
