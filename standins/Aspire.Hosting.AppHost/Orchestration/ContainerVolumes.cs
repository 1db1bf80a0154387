using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.LocalServers;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// The volumes of the graph's containers: one run at a time on them, with <c>Shop:Fresh</c> empty ones. A server cannot see another one
/// that uses its volume from another container: PostgreSQL takes the other's lock file for its own, for both are process 1.
/// </summary>
internal sealed class ContainerVolumes(IDistributedApplicationBuilder builder, DataDirectories data, TimeProvider time)
{
    private const string MadeByDcp = "label=com.microsoft.developer.usvc-dev.name";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    internal TimeSpan Patience { get; init; } = DataLock.Patience;

    /// <exception cref="DistributedApplicationException">Another run uses them, or one cannot be emptied.</exception>
    internal async Task ClaimAsync(string engine, CancellationToken cancellationToken)
    {
        string[] volumes = [.. builder.Resources.SelectMany(r => r.Annotations.OfType<ContainerMountAnnotation>())
            .Where(m => m.Type == ContainerMountType.Volume).Select(m => m.Source).OfType<string>().Distinct()];
        // Containers of tests get none.
        if (builder.Options.Testing || volumes.Length == 0) return;
        await data.ClaimAsync(
            async (_, token) =>
            {
                foreach (var volume in volumes) await PrepareAsync(engine, volume, token);
            },
            cancellationToken);
    }

    private async Task PrepareAsync(string engine, string volume, CancellationToken cancellationToken)
    {
        await WaitForServersAsync(engine, volume, cancellationToken);
        // Dead ones that nobody could remove: the machine went down, or DCP was killed.
        foreach (var dead in await ContainersAsync(engine, ["--all", "--filter", $"volume={volume}", "--filter", MadeByDcp], cancellationToken))
            await ContainerEngine.RunAsync(engine, ["rm", dead], cancellationToken);
        if (!builder.Configuration.GetValue<bool>("Shop:Fresh")) return;
        var removed = await ContainerEngine.RunAsync(engine, ["volume", "rm", "--force", volume], cancellationToken);
        if (!removed.Succeeded) throw new DistributedApplicationException($"The volume {volume} cannot be emptied: {removed.Reason}");
    }

    /// <summary>After a kill of the AppHost its servers run on for seconds, until DCP has stopped them.</summary>
    private async Task WaitForServersAsync(string engine, string volume, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (await ContainersAsync(engine, ["--filter", $"volume={volume}"], cancellationToken) is [var container, ..])
        {
            if (time.GetElapsedTime(start) >= Patience)
                throw new DistributedApplicationException(
                    $"The container {container} still uses the volume {volume}: end it ({engine} rm --force {container}), or set SHOP_DATA to another folder.");
            await Task.Delay(s_pause, time, cancellationToken);
        }
    }

    private static async Task<string[]> ContainersAsync(string engine, string[] filter, CancellationToken cancellationToken)
    {
        var answer = await ContainerEngine.RunAsync(engine, ["ps", "--format", "{{.Names}}", .. filter], cancellationToken);
        return answer.Succeeded ? answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : throw new DistributedApplicationException($"{engine} does not tell its containers: {answer.Reason}");
    }
}
