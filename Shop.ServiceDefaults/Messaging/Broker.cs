using System.Threading.RateLimiting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// A connection of the service to RabbitMQ, made when somebody needs it and made again when it is lost. The client's own
/// recovery is off: it would bring back channels whose users have already begun anew.
/// </summary>
internal sealed partial class Broker(IConnectionFactory factory, MessagingSettings settings, TimeProvider time, ILogger<Broker> logger)
    : IHealthCheck, IAsyncDisposable
{
    /// <summary>
    /// Key of the connection that only publishes. A broker in memory or disk alarm stops reading from connections that
    /// published; consumers need one that it still reads, or their acknowledgements could not end the alarm.
    /// </summary>
    public const string Publishing = "publishing";

    /// <summary>Unconfirmed publishes per channel.</summary>
    public const int Window = 256;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile IConnection? _connection;

    public bool IsConnected => _connection is { IsOpen: true };

    /// <summary>Applied to the connection factory of the AddRabbitMQClient registration.</summary>
    public static void Configure(ConnectionFactory factory)
    {
        factory.AutomaticRecoveryEnabled = false;
        factory.TopologyRecoveryEnabled = false;
        factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
        factory.RequestedConnectionTimeout = TimeSpan.FromSeconds(3);
        factory.HandshakeContinuationTimeout = TimeSpan.FromSeconds(5);
        factory.ContinuationTimeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>A channel with publisher confirms; waits for as long as RabbitMQ is away.</summary>
    public async Task<IChannel> OpenChannelAsync(ushort handlers, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken);
        return await connection.CreateChannelAsync(
            new CreateChannelOptions(
                publisherConfirmationsEnabled: true,
                publisherConfirmationTrackingEnabled: true,
                new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = Window, QueueLimit = int.MaxValue }),
                consumerDispatchConcurrency: handlers),
            cancellationToken);
    }

    /// <summary>Degraded when away: messages wait in the outbox meanwhile.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(IsConnected ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded("RabbitMQ is away"));

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connecting.Dispose();
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open)
            return open;
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                if (_connection is { IsOpen: true } meanwhile)
                    return meanwhile;
                if (await TryConnectAsync(cancellationToken) is { } made)
                    return made;
                await Task.Delay(pause, time, cancellationToken);
            }
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<IConnection?> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_connection is { } lost)
                await lost.DisposeAsync();
            _connection = await factory.CreateConnectionAsync(settings.Queue, cancellationToken);
            LogConnected();
            return _connection;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogAway(exception.Message);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Connected to RabbitMQ")]
    private partial void LogConnected();

    [LoggerMessage(2, LogLevel.Warning, "RabbitMQ is away: {Reason}")]
    private partial void LogAway(string reason);
}
