namespace Aspire.RabbitMQ.Client;

/// <summary>How the application talks to RabbitMQ; configuration section <c>Aspire:RabbitMQ:Client</c>.</summary>
public sealed class RabbitMQClientSettings
{
    /// <summary>An <c>amqp://user:password@host:port</c> address; <c>ConnectionStrings:&lt;name&gt;</c> wins over the section.</summary>
    internal string? ConnectionString { get; set; }

    /// <summary>How often a failed first connection is tried again, with growing pauses from 1 s. Default: 5.</summary>
    internal int MaxConnectRetryCount { get; set; } = 5;

    /// <summary>Leaves the health check out. Default: false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves the tracing of publishing and delivery out. Default: false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Connects at first use instead of at start. Default: true.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
