using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known about one instance of a resource at one moment.</summary>
internal sealed record CustomResourceSnapshot
{
    /// <summary>The state; null before anything happened.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>Exit code of the ended process; -1 when a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>
    /// The worst of all health reports, null unless Running. Running without health checks is healthy; a check that has not run
    /// yet counts as unhealthy.
    /// </summary>
    public HealthStatus? HealthStatus => State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsDefaultOrEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(r => r.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    internal string ResourceType { get; init; } = "";

    internal ImmutableArray<ResourcePropertySnapshot> Properties { get; init; } = [];

    internal ImmutableArray<HealthReportSnapshot> HealthReports { get; init; } = [];

    internal ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    internal ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    internal ImmutableArray<VolumeSnapshot> Volumes { get; init; } = [];

    internal ImmutableArray<ResourceCommandSnapshot> Commands { get; init; } = [];

    internal ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    internal DateTime? CreationTimeStamp { get; init; }

    internal DateTime? StartTimeStamp { get; init; }

    internal DateTime? StopTimeStamp { get; init; }

    internal bool IsHidden { get; init; }

    /// <summary>The handlers of <see cref="Eventing.ResourceReadyEvent"/> have run since the start.</summary>
    internal bool IsReady { get; init; }

    internal CustomResourceSnapshot WithProperty(string name, object? value, bool isSensitive = false) => this with
    {
        Properties = Properties.RemoveAll(p => p.Name == name).Add(new(name, value) { IsSensitive = isSensitive }),
    };
}

/// <summary>Text and colour of a state.</summary>
/// <param name="Text">One of <see cref="KnownResourceStates"/>, or anything else.</param>
/// <param name="Style">success, info, warning, error or null.</param>
internal sealed record ResourceStateSnapshot(string Text, string? Style)
{
    internal static ResourceStateSnapshot Plain(string text) => new(text, null);
}

internal sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    internal bool IsSensitive { get; init; }
}

internal sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    internal DateTime? LastRunAt { get; init; }
}

internal sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

internal sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    internal bool IsInactive { get; init; }

    internal UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();
}

internal sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

internal sealed record VolumeSnapshot(string? Source, string Target, string MountType, bool IsReadOnly);

internal sealed record RelationshipSnapshot(string ResourceName, string Type);

internal sealed record ResourceCommandSnapshot(
    string Name, ResourceCommandState State, string DisplayName, string? DisplayDescription, string? ConfirmationMessage,
    string? IconName, IconVariant? IconVariant, bool IsHighlighted);

/// <summary>A change of one instance of a resource.</summary>
public class ResourceEvent
{
    internal ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot) =>
        (Resource, ResourceId, Snapshot) = (resource, resourceId, snapshot);

    /// <summary>The resource of the graph.</summary>
    internal IResource Resource { get; }

    /// <summary>The instance: the name, or name and suffix where there can be replicas.</summary>
    internal string ResourceId { get; }

    /// <summary>What is known now.</summary>
    internal CustomResourceSnapshot Snapshot { get; }
}
