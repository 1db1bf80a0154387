using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>The dashboard: a gRPC service in this process, and the dashboard's own process that reads from it.</summary>
internal interface IDashboard
{
    /// <summary>Starts the resource service. Called before any process is created.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>What to run; known after the start. Null: no dashboard, and services export no telemetry.</summary>
    DashboardExecutable? Executable { get; }

    /// <summary>Ends the streams of the resource service.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>The dashboard's process, and what services need to send their telemetry there.</summary>
internal sealed record DashboardExecutable
{
    internal required string Path { get; init; }

    internal required IReadOnlyList<string> Arguments { get; init; }

    internal required string WorkingDirectory { get; init; }

    internal required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Base address of the pages, such as http://localhost:18888.</summary>
    internal required string FrontendUrl { get; init; }

    /// <summary>The address that logs the browser in; equal to <see cref="FrontendUrl"/> when anonymous.</summary>
    internal required string LoginUrl { get; init; }

    /// <summary>Ports that the process binds; a taken one ends the run with one line.</summary>
    internal required IReadOnlyList<int> Ports { get; init; }

    /// <summary>Value of OTEL_EXPORTER_OTLP_ENDPOINT.</summary>
    internal required string OtlpEndpoint { get; init; }

    /// <summary>Value of OTEL_EXPORTER_OTLP_PROTOCOL.</summary>
    internal string OtlpProtocol { get; init; } = "grpc";

    /// <summary>Value of OTEL_EXPORTER_OTLP_HEADERS, such as <c>x-otlp-api-key=…</c>; null: none.</summary>
    internal string? OtlpHeaders { get; init; }
}

/// <summary>Writes the deployment manifest in publish mode.</summary>
internal interface IManifestPublisher
{
    Task PublishAsync(IReadOnlyList<IResource> resources, CancellationToken cancellationToken);
}
