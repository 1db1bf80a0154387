using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

internal sealed class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    internal EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback)
        : this(context => { callback(context); return Task.CompletedTask; })
    {
    }

    internal Func<EnvironmentCallbackContext, Task> Callback => callback;
}

/// <summary>What a callback sees that adds environment variables.</summary>
public class EnvironmentCallbackContext
{
    internal EnvironmentCallbackContext(
        DistributedApplicationExecutionContext executionContext, IResource resource,
        Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default) =>
        (ExecutionContext, Resource, EnvironmentVariables, CancellationToken) =
            (executionContext, resource, environmentVariables ?? [], cancellationToken);

    /// <summary>The variables so far; values are strings or references to what is known later.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; }

    internal DistributedApplicationExecutionContext ExecutionContext { get; }

    internal IResource Resource { get; }

    /// <summary>Ends the start of the process.</summary>
    public CancellationToken CancellationToken { get; }
}

internal sealed class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    internal CommandLineArgsCallbackAnnotation(Action<IList<object>> callback)
        : this(context => { callback(context.Args); return Task.CompletedTask; })
    {
    }

    internal Func<CommandLineArgsCallbackContext, Task> Callback => callback;
}

/// <summary>A command line in the making.</summary>
public sealed class CommandLineArgsCallbackContext
{
    internal CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default) =>
        (Args, Resource, CancellationToken) = (args, resource, cancellationToken);

    /// <summary>The arguments so far, to be added to or changed.</summary>
    public IList<object> Args { get; }

    internal IResource Resource { get; }

    internal CancellationToken CancellationToken { get; }
}

internal enum WaitType
{
    WaitUntilHealthy = 0,
    WaitForCompletion = 1,
    WaitUntilStarted = 2,
}

internal enum WaitBehavior
{
    WaitOnResourceUnavailable = 0,
    StopOnResourceUnavailable = 1,
}

internal sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    internal IResource Resource => resource;

    internal WaitType WaitType => waitType;

    internal int ExitCode => exitCode;

    internal WaitBehavior WaitBehavior { get; init; } = WaitBehavior.StopOnResourceUnavailable;
}

internal sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    internal int Replicas => replicas;
}

internal sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>The resource stays out of the deployment manifest.</summary>
internal sealed class ExcludeFromManifestAnnotation : IResourceAnnotation;

/// <summary>A relationship that the dashboard draws: Reference, WaitFor or Parent.</summary>
internal sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    internal IResource Resource => resource;

    internal string Type => type;
}

internal sealed class ContainerImageAnnotation : IResourceAnnotation
{
    internal string? Registry { get; set; }

    internal required string Image { get; set; }

    internal string? Tag { get; set; }

    /// <summary>The reference a container runtime takes.</summary>
    internal string Reference => (Registry is null ? "" : Registry + "/") + Image + (Tag is null ? "" : ":" + Tag);
}

internal enum ContainerMountType
{
    BindMount = 0,
    Volume = 1,
}

internal sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    internal string? Source => source;

    internal string Target => target;

    internal ContainerMountType Type => type;

    internal bool IsReadOnly => isReadOnly;
}

/// <summary>A health check of the AppHost's <c>HealthCheckService</c> that tells about this resource.</summary>
internal sealed class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    internal string Key => key;
}

/// <summary>A GET on every replica of the resource.</summary>
internal sealed record HttpHealthCheckAnnotation(string Key, string? EndpointName, string Path, int StatusCode) : IResourceAnnotation;

/// <summary>The instances (one, or one per replica) under which the resource is known to DCP, dashboard and tests.</summary>
internal sealed record ResourceInstancesAnnotation(IReadOnlyList<ResourceInstance> Instances) : IResourceAnnotation;

/// <summary>One replica. <paramref name="Id"/> is <c>name-suffix</c>, the suffix is its OpenTelemetry instance id.</summary>
internal sealed record ResourceInstance(IResource Resource, string Id, string Suffix, int Index);

/// <summary>How the dashboard shows the URL of an endpoint.</summary>
internal sealed record EndpointUrlAnnotation(string EndpointName, string DisplayText, int DisplayOrder) : IResourceAnnotation;

internal sealed class ResourceCommandAnnotation(
    string name, string displayName, Func<UpdateCommandStateContext, ResourceCommandState> updateState,
    Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, string? displayDescription,
    string? confirmationMessage, string? iconName, IconVariant? iconVariant, bool isHighlighted) : IResourceAnnotation
{
    internal string Name => name;

    internal string DisplayName => displayName;

    internal Func<UpdateCommandStateContext, ResourceCommandState> UpdateState => updateState;

    internal Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand => executeCommand;

    internal string? DisplayDescription => displayDescription;

    internal string? ConfirmationMessage => confirmationMessage;

    internal string? IconName => iconName;

    internal IconVariant? IconVariant => iconVariant;

    internal bool IsHighlighted => isHighlighted;
}

internal enum IconVariant
{
    Regular = 0,
    Filled = 1,
}

internal enum ResourceCommandState
{
    Enabled = 0,
    Disabled = 1,
    Hidden = 2,
}

internal sealed class UpdateCommandStateContext
{
    internal required CustomResourceSnapshot ResourceSnapshot { get; init; }

    internal required IServiceProvider ServiceProvider { get; init; }
}

internal sealed class ExecuteCommandContext
{
    /// <summary>Id of the instance (<c>name-suffix</c>) for which the command runs.</summary>
    internal required string ResourceName { get; init; }

    internal required IServiceProvider ServiceProvider { get; init; }

    internal required CancellationToken CancellationToken { get; init; }

    internal required ILogger Logger { get; init; }
}

/// <summary>The outcome of a resource command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether the command did what it is for.</summary>
    public required bool Success { get; init; }

    /// <summary>What to tell the user, the reason of a failure above all.</summary>
    public string? Message { get; init; }

    internal bool Canceled { get; init; }
}

internal static class CommandResults
{
    internal static ExecuteCommandResult Success() => new() { Success = true };

    internal static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    internal static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}
