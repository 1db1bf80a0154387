namespace Aspire.Npgsql;

/// <summary>How the application talks to PostgreSQL; configuration section <c>Aspire:Npgsql</c>.</summary>
public sealed class NpgsqlSettings
{
    /// <summary>The Npgsql connection string; <c>ConnectionStrings:&lt;name&gt;</c> wins over the section.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out. Default: false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves the tracing of commands out. Default: false.</summary>
    internal bool DisableTracing { get; set; }

    /// <summary>Leaves the metrics of the driver out. Default: false.</summary>
    internal bool DisableMetrics { get; set; }
}
