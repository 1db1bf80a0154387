namespace Aspire.Hosting;

/// <summary>How the application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Command-line arguments; they override all other configuration.</summary>
    internal string[]? Args { get; set; }

    /// <summary>Runs without the dashboard; services then export no telemetry.</summary>
    public bool DisableDashboard { get; set; }

    internal string? ProjectDirectory { get; set; }

    internal System.Reflection.Assembly? AppHostAssembly { get; set; }

    /// <summary>Every port is random, all data temporary, nothing is kept in user secrets.</summary>
    internal bool Testing { get; set; }
}

/// <summary>Whether the application runs here or is described for a deployment.</summary>
public class DistributedApplicationExecutionContext
{
    internal DistributedApplicationExecutionContext(bool isPublishMode) => IsPublishMode = isPublishMode;

    /// <summary>Processes are started on this machine.</summary>
    public bool IsRunMode => !IsPublishMode;

    /// <summary>A manifest is written and nothing is started.</summary>
    public bool IsPublishMode { get; }
}
