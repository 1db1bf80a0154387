namespace Aspire.StackExchange.Redis;

/// <summary>How the application talks to Redis; configuration section <c>Aspire:StackExchange:Redis</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>A StackExchange.Redis configuration string; <c>ConnectionStrings:&lt;name&gt;</c> wins over the section.</summary>
    internal string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out. Default: false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>
    /// Connects at first use instead of at start. Default: true. Connecting waits in the thread that asks first, so an
    /// application with traffic switches this off.
    /// </summary>
    internal bool DisableAutoActivation { get; set; } = true;
}
