using System.IO.Pipelines;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>The calls of the dashboard, answered from the running application.</summary>
internal sealed class ResourceCalls(
    string applicationName, ResourceFeed feed, ResourceLoggerService logs, ResourceCommandService commands)
{
    /// <summary>The dashboard takes messages of at most 16 MB; a character is at most three bytes.</summary>
    private const int MaxCharactersPerMessage = 2_000_000;

    /// <summary>The calls by name.</summary>
    public IReadOnlyDictionary<string, GrpcMethod> Methods => new Dictionary<string, GrpcMethod>
    {
        ["GetApplicationInformation"] = GetApplicationInformationAsync,
        ["WatchResources"] = WatchResourcesAsync,
        ["WatchResourceConsoleLogs"] = WatchConsoleLogsAsync,
        ["ExecuteResourceCommand"] = ExecuteCommandAsync,
        ["WatchInteractions"] = WatchInteractionsAsync,
    };

    private async Task GetApplicationInformationAsync(PipeReader request, PipeWriter response, CancellationToken cancellationToken)
    {
        await GrpcFrames.ReadAsync(request, Wire.ApplicationInformationRequest.Parser, cancellationToken);
        await GrpcFrames.WriteAsync(response, new Wire.ApplicationInformationResponse { ApplicationName = applicationName }, cancellationToken);
    }

    private async Task WatchResourcesAsync(PipeReader request, PipeWriter response, CancellationToken cancellationToken)
    {
        await GrpcFrames.ReadAsync(request, Wire.WatchResourcesRequest.Parser, cancellationToken);
        var first = true;
        await foreach (var batch in feed.WatchAsync(cancellationToken))
        {
            await GrpcFrames.WriteAsync(response, first ? Initial(batch) : Changes(batch), cancellationToken);
            first = false;
        }
    }

    private async Task WatchConsoleLogsAsync(PipeReader request, PipeWriter response, CancellationToken cancellationToken)
    {
        var asked = await GrpcFrames.ReadAsync(request, Wire.WatchResourceConsoleLogsRequest.Parser, cancellationToken);
        if (asked.SuppressFollow)
        {
            await WriteAsync(logs.GetAll(asked.ResourceName));
            return;
        }
        await foreach (var lines in logs.WatchAsync(asked.ResourceName, cancellationToken))
            await WriteAsync(lines);

        async Task WriteAsync(IReadOnlyList<LogLine> lines)
        {
            foreach (var update in LogUpdates(lines))
                await GrpcFrames.WriteAsync(response, update, cancellationToken);
        }
    }

    private async Task ExecuteCommandAsync(PipeReader request, PipeWriter response, CancellationToken cancellationToken)
    {
        var asked = await GrpcFrames.ReadAsync(request, Wire.ResourceCommandRequest.Parser, cancellationToken);
        var result = await commands.ExecuteCommandAsync(asked.ResourceName, asked.CommandName, cancellationToken);
        var answer = new Wire.ResourceCommandResponse
        {
            Kind = result switch
            {
                { Success: true } => Wire.ResourceCommandResponseKind.Succeeded,
                { Canceled: true } => Wire.ResourceCommandResponseKind.Cancelled,
                _ => Wire.ResourceCommandResponseKind.Failed,
            },
        };
        if (result.Message is { } message)
        {
            answer.Message = message;
            if (!result.Success)
                answer.ErrorMessage = message;
        }
        await GrpcFrames.WriteAsync(response, answer, cancellationToken);
    }

    /// <summary>
    /// Nothing here asks questions, but the stream is kept open: refused, the dashboard now and then believes the whole
    /// connection lost and shows no resources any more.
    /// </summary>
    private static async Task WatchInteractionsAsync(PipeReader request, PipeWriter response, CancellationToken cancellationToken)
    {
        await response.FlushAsync(cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private static Wire.WatchResourcesUpdate Initial(IReadOnlyCollection<ResourceEvent> known)
    {
        var data = new Wire.InitialResourceData();
        data.Resources.AddRange(known.Select(ResourceMessages.From));
        data.ResourceTypes.AddRange(known.Select(e => e.Snapshot.ResourceType).Distinct().Select(type => new Wire.ResourceType { UniqueName = type }));
        return new() { InitialData = data };
    }

    private static Wire.WatchResourcesUpdate Changes(IReadOnlyCollection<ResourceEvent> changed)
    {
        var changes = new Wire.WatchResourcesChanges();
        changes.Value.AddRange(changed.Select(e => new Wire.WatchResourcesChange { Upsert = ResourceMessages.From(e) }));
        return new() { Changes = changes };
    }

    private static IEnumerable<Wire.WatchResourceConsoleLogsUpdate> LogUpdates(IReadOnlyList<LogLine> lines)
    {
        var update = new Wire.WatchResourceConsoleLogsUpdate();
        var characters = 0;
        foreach (var line in lines)
        {
            if (characters > 0 && characters + line.Content.Length > MaxCharactersPerMessage)
            {
                yield return update;
                update = new();
                characters = 0;
            }
            characters += line.Content.Length;
            update.LogLines.Add(new Wire.ConsoleLogLine { Text = line.Content, IsStdErr = line.IsErrorMessage, LineNumber = line.LineNumber });
        }
        if (update.LogLines.Count > 0)
            yield return update;
    }
}
