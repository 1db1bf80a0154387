using Microsoft.Extensions.Logging;
using Polly.Telemetry;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>Logs what a pipeline did about a failure: attempts that failed, retries, time-outs, circuits that open.</summary>
internal sealed partial class ResilienceLog(ILogger logger) : TelemetryListener
{
    public const string Category = "Polly";

    public override void Write<TResult, TArgs>(in TelemetryEventArguments<TResult, TArgs> args)
    {
        var level = args.Event.Severity switch
        {
            ResilienceEventSeverity.Warning => LogLevel.Warning,
            ResilienceEventSeverity.Error => LogLevel.Error,
            ResilienceEventSeverity.Critical => LogLevel.Critical,
            _ => LogLevel.None,
        };
        if (level == LogLevel.None)
            return;
        var outcome = args.Outcome is { } known ? known.Exception?.Message ?? Describe(known.Result) : null;
        Happened(level, args.Event.EventName, args.Source.PipelineInstanceName, args.Source.StrategyName, outcome);
    }

    private static string? Describe(object? result) =>
        result is HttpResponseMessage response ? $"{(int)response.StatusCode}" : result?.ToString();

    [LoggerMessage(EventId = 0, Message = "Resilience event {EventName} of client '{Client}', strategy {Strategy}: {Outcome}")]
    private partial void Happened(LogLevel level, string eventName, string? client, string? strategy, string? outcome);
}
