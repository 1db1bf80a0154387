using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Redis;

/// <summary>Logs in over a connection of its own and pings: a client library would go on reconnecting after a stop.</summary>
internal sealed class RedisHealthCheck(RedisResource redis) : IHealthCheck
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_timeout);
        try
        {
            var answer = await PingAsync(deadline.Token);
            return answer == "+PONG" ? HealthCheckResult.Healthy() : new(context.Registration.FailureStatus, answer ?? "It closed the connection.");
        }
        catch (Exception e) when (e is SocketException or IOException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new(context.Registration.FailureStatus, e is OperationCanceledException ? $"No answer within {s_timeout.TotalSeconds:0} s." : e.Message, e);
        }
    }

    private async Task<string?> PingAsync(CancellationToken cancellationToken)
    {
        var password = await ((IValueProvider)redis.PasswordParameter).GetValueAsync(cancellationToken);
        using var client = new TcpClient();
        await client.ConnectAsync(redis.PrimaryEndpoint.Host, redis.PrimaryEndpoint.Port, cancellationToken);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Command("AUTH", password!) + Command("PING")), cancellationToken);
        var login = await reader.ReadLineAsync(cancellationToken);
        return login == "+OK" ? await reader.ReadLineAsync(cancellationToken) : login;
    }

    /// <summary>An array of bulk strings, the form in which Redis takes commands.</summary>
    private static string Command(params string[] words) => string.Concat(
        words.Select(w => string.Create(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(w)}\r\n{w}\r\n"))
            .Prepend(string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n")));
}
