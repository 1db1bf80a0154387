using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Whether servers run as containers or as programs of this machine. Decided once per run, for all alike.</summary>
internal sealed partial class ServerMode(
    IDistributedApplicationBuilder builder, ContainerVolumes volumes, ILogger<ServerMode> logger, TimeProvider time)
{
    private static readonly TimeSpan s_pullLimit = TimeSpan.FromMinutes(3);
    private Task<bool>? _decision;
    private readonly Lock _lock = new();

    /// <exception cref="DistributedApplicationException">SHOP_SERVERS has another value than local or containers.</exception>
    internal Task<bool> UseContainersAsync(CancellationToken cancellationToken)
    {
        lock (_lock) return _decision ??= DecideAsync(cancellationToken);
    }

    private async Task<bool> DecideAsync(CancellationToken cancellationToken)
    {
        switch (builder.Configuration["SHOP_SERVERS"])
        {
            case "local": return false;
            case "containers" or null or "" or "auto": break;
            case var other: throw new DistributedApplicationException($"SHOP_SERVERS is '{other}'; it can be local, containers or auto.");
        }

        var runtime = await RuntimeAsync(cancellationToken);
        var reason = runtime is null ? "no container runtime answers" : await ReasonAgainstAsync(runtime, cancellationToken);
        if (reason is null)
        {
            await volumes.ClaimAsync(runtime!, cancellationToken);
            return true;
        }

        if (builder.Configuration["SHOP_SERVERS"] == "containers")
            throw new DistributedApplicationException($"SHOP_SERVERS is containers, but {reason}: mend that, or set it to local.");
        LogFallback(logger, reason);
        return false;
    }

    private async Task<string?> RuntimeAsync(CancellationToken cancellationToken)
    {
        var info = await ContainerEngine.RunAsync(AspireBundle.Dcp(builder.Configuration), ["info"], cancellationToken);
        return info.Succeeded && JsonSerializer.Deserialize(info.Output, DcpJson.Default.DcpInfo)?.Containers is { Installed: true, Running: true, Runtime: { } name }
            ? name : null;
    }

    private async Task<string?> ReasonAgainstAsync(string name, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_pullLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        foreach (var image in Images())
        {
            string why;
            try
            {
                if ((await ContainerEngine.RunAsync(name, ["image", "inspect", image], both.Token)).Succeeded) continue;
                LogPull(logger, image);
                var pull = await ContainerEngine.RunAsync(name, ["pull", "--quiet", image], both.Token);
                if (pull.Succeeded) continue;
                why = pull.Reason;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                why = $"not within {s_pullLimit.TotalMinutes:0} minutes";
            }

            return $"{name} cannot get the image {image} ({why})";
        }

        return null;
    }

    private IEnumerable<string> Images() => builder.Resources
        .SelectMany(r => r.Annotations.OfType<ContainerImageAnnotation>()).Select(i => i.Reference).Distinct();

    [LoggerMessage(1, LogLevel.Information, "The servers run as programs of this machine, not as containers, because {Reason}.")]
    private static partial void LogFallback(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Information, "Pulling {Image} …")]
    private static partial void LogPull(ILogger logger, string image);
}
