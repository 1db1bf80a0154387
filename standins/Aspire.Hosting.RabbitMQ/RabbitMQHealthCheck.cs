using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aspire.Hosting.RabbitMQ;

/// <summary>Opens a connection over AMQP.</summary>
internal sealed class RabbitMQHealthCheck(RabbitMQServerResource server) : IHealthCheck
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var factory = new ConnectionFactory
            {
                Uri = new Uri((await server.UriExpression.GetValueAsync(cancellationToken))!),
                AutomaticRecoveryEnabled = false,
                RequestedConnectionTimeout = s_timeout,
                ContinuationTimeout = s_timeout,
                ClientProvidedName = "health check",
            };
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            await connection.CloseAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException)
        {
            return new(context.Registration.FailureStatus, (e.InnerException ?? e).Message, e);
        }
    }
}
