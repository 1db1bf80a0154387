namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that a resource can be in.</summary>
public static class KnownResourceStates
{
    /// <summary>The process is running; nothing is said about listening.</summary>
    internal static readonly string Running = "Running";

    /// <summary>The process of an executable or a project has ended.</summary>
    public static readonly string Finished = "Finished";

    /// <summary>It could not be started, or something that it waits for failed.</summary>
    internal static readonly string FailedToStart = "FailedToStart";

    internal static readonly string NotStarted = "NotStarted";
    internal static readonly string Starting = "Starting";
    internal static readonly string Waiting = "Waiting";
    internal static readonly string Stopping = "Stopping";
    internal static readonly string Exited = "Exited";
    internal static readonly string RuntimeUnhealthy = "RuntimeUnhealthy";
    internal static readonly string ValueMissing = "ValueMissing";
    internal static readonly string Active = "Active";

    internal static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

internal static class KnownResourceStateStyles
{
    internal static readonly string Success = "success";
    internal static readonly string Error = "error";
    internal static readonly string Info = "info";
    internal static readonly string Warn = "warning";
}

/// <summary>The commands that every process resource has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it again after it ended or was stopped; ends a wait.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops it with SIGTERM, then SIGKILL after 6 s.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stop and start.</summary>
    internal static readonly string RestartCommand = "restart";
}

internal static class KnownRelationshipTypes
{
    internal const string Reference = "Reference";
    internal const string WaitFor = "WaitFor";
    internal const string Parent = "Parent";
}

/// <summary>Names of properties that the dashboard knows.</summary>
internal static class KnownProperties
{
    internal const string Source = "resource.source";
    internal const string ConnectionString = "resource.connectionString";
    internal const string ParentName = "resource.parentName";
    internal const string ExitCode = "resource.exitCode";
    internal const string AppArgs = "resource.appArgs";
    internal const string WaitingFor = "resource.waitingFor";
    internal const string ProjectPath = "project.path";
    internal const string ExecutablePath = "executable.path";
    internal const string ExecutableWorkDir = "executable.workDir";
    internal const string ExecutableArgs = "executable.args";
    internal const string ExecutablePid = "executable.pid";
    internal const string ContainerId = "container.id";
    internal const string ContainerImage = "container.image";
    internal const string ContainerPorts = "container.ports";
    internal const string ParameterValue = "Value";
}

/// <summary>Types that the dashboard knows.</summary>
internal static class KnownResourceTypes
{
    internal const string Project = "Project";
    internal const string Executable = "Executable";
    internal const string Container = "Container";
    internal const string Parameter = "Parameter";
}
