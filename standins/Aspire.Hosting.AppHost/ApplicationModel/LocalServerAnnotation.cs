using Aspire.Hosting.LocalServers;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a container resource runs as a server of this machine when no container can.</summary>
/// <param name="PrepareAsync">
/// Makes the data directory ready (initdb, configuration files) and says what to run. Called before every start.
/// </param>
/// <param name="Find">Says why the server cannot run here (a missing package), or null.</param>
internal sealed record LocalServerAnnotation(
    Func<LocalServerContext, CancellationToken, Task<LocalServerProcess>> PrepareAsync, Func<string?> Find) : IResourceAnnotation;

/// <summary>What a local server gets.</summary>
internal sealed class LocalServerContext
{
    internal required IResource Resource { get; init; }

    /// <summary>Port per endpoint name.</summary>
    internal required IReadOnlyDictionary<string, int> Ports { get; init; }

    /// <summary>
    /// The server's own directory; exists, mode 0755. It persists when the resource has a volume at its data path, else it is deleted at
    /// the end of the run.
    /// </summary>
    internal required string DataDirectory { get; init; }

    /// <summary>The environment of the container, resolved: passwords and user names.</summary>
    internal required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Writes to the resource's console.</summary>
    internal required ILogger Logger { get; init; }

    /// <summary>How long the server waits for one of an earlier run that still uses the data.</summary>
    internal TimeSpan DataPatience { get; init; } = DataLock.Patience;

    /// <summary>That many free ports that no other AppHost of this user takes until the end of this one.</summary>
    internal required Func<int, IReadOnlyList<int>> ClaimPorts { get; init; }

    /// <summary>Short name that no other AppHost on this machine has at the same time; for node names.</summary>
    internal required string InstanceName { get; init; }
}

/// <summary>The process of a local server. It must stay in the foreground and end on SIGTERM within 6 s.</summary>
internal sealed record LocalServerProcess(
    string ExecutablePath, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string WorkingDirectory);
