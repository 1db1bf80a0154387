using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aspire.Hosting.Dcp;

/// <summary>Part of every object of DCP's API.</summary>
internal interface IDcpObject
{
    DcpMetadata Metadata { get; }
}

internal sealed record DcpMetadata
{
    public string Name { get; init; } = "";

    public string? Uid { get; init; }

    public Dictionary<string, string>? Annotations { get; init; }
}

internal sealed record DcpExecutable : IDcpObject
{
    public string ApiVersion { get; init; } = DcpClient.ApiVersion;

    public string Kind { get; init; } = "Executable";

    public required DcpMetadata Metadata { get; init; }

    public required DcpExecutableSpec Spec { get; init; }

    public DcpExecutableStatus? Status { get; init; }
}

internal sealed record DcpExecutableSpec
{
    public required string ExecutablePath { get; init; }

    public string? WorkingDirectory { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public IReadOnlyList<DcpVariable>? Env { get; init; }
}

internal sealed record DcpVariable(string Name, string? Value);

internal sealed record DcpExecutableStatus
{
    public string? State { get; init; }

    public int? Pid { get; init; }

    public DateTime? StartupTimestamp { get; init; }

    public DateTime? FinishTimestamp { get; init; }

    public int? ExitCode { get; init; }
}

internal sealed record DcpContainer : IDcpObject
{
    public string ApiVersion { get; init; } = DcpClient.ApiVersion;

    public string Kind { get; init; } = "Container";

    public required DcpMetadata Metadata { get; init; }

    public required DcpContainerSpec Spec { get; init; }

    public DcpContainerStatus? Status { get; init; }
}

internal sealed record DcpContainerSpec
{
    public required string Image { get; init; }

    public string? Command { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public IReadOnlyList<DcpVariable>? Env { get; init; }

    public IReadOnlyList<DcpContainerPort>? Ports { get; init; }

    public IReadOnlyList<DcpVolumeMount>? VolumeMounts { get; init; }

    public string? PullPolicy { get; init; }
}

internal sealed record DcpContainerPort(int ContainerPort, int HostPort, [property: JsonPropertyName("hostIP")] string HostIp);

internal sealed record DcpVolumeMount(string Type, string? Source, string Target, bool ReadOnly);

internal sealed record DcpContainerStatus
{
    public string? State { get; init; }

    public string? ContainerId { get; init; }

    public string? Message { get; init; }

    public DateTime? StartupTimestamp { get; init; }

    public DateTime? FinishTimestamp { get; init; }

    public int? ExitCode { get; init; }
}

internal sealed record DcpWatchEvent(string Type, JsonElement Object);

internal sealed record DcpExecution(string Status, string ShutdownResourceCleanup);

internal sealed record DcpStatus(string? Message, string? Reason);

internal sealed record DcpInfo(DcpRuntimeInfo? Containers);

internal sealed record DcpRuntimeInfo(string? Runtime, bool Installed, bool Running);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DcpExecutable))]
[JsonSerializable(typeof(DcpContainer))]
[JsonSerializable(typeof(DcpWatchEvent))]
[JsonSerializable(typeof(DcpExecution))]
[JsonSerializable(typeof(DcpStatus))]
[JsonSerializable(typeof(DcpInfo))]
internal sealed partial class DcpJson : JsonSerializerContext;
