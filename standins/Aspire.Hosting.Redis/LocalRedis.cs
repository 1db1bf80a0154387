using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.LocalServers;

namespace Aspire.Hosting.Redis;

/// <summary>redis-server of the Debian package as a local server, on 127.0.0.1.</summary>
internal static class LocalRedis
{
    private const string Program = "/usr/bin/redis-server";

    internal static LocalServerAnnotation Annotation { get; } = new(PrepareAsync, Find);

    private static string? Find() => File.Exists(Program) ? null : "redis-server is not installed: ./shop setup installs it";

    private static async Task<LocalServerProcess> PrepareAsync(LocalServerContext context, CancellationToken cancellationToken)
    {
        var account = LocalAccount.Of("redis");
        var home = await account.CreateDirectoryAsync(Path.Combine(context.DataDirectory, "redis"), context.Logger, cancellationToken);
        // In a file, because every user of the machine can read the arguments of a process.
        var configuration = Path.Combine(home, "redis.conf");
        await account.WriteFileAsync(configuration, Configuration(context, home), context.Logger, cancellationToken);
        var command = account.Command(DataLock.Command(context, "exec \"$@\"", Program, configuration));
        return new(command[0], [.. command.Skip(1)], new Dictionary<string, string>(), home);
    }

    /// <summary>Only keys that expire are dropped when memory is short: those of the cache, never a cart.</summary>
    private static string Configuration(LocalServerContext context, string home) => string.Create(CultureInfo.InvariantCulture, $"""
        bind 127.0.0.1
        port {context.Ports[RedisResource.PrimaryEndpointName]}
        requirepass {Quote(context.Environment["REDIS_PASSWORD"])}
        dir {Quote(home)}
        save {(context.Resource is RedisResource { Snapshots: { } snapshots } ? snapshots.ToString() : "\"\"")}
        maxmemory 256mb
        maxmemory-policy volatile-lru
        shutdown-timeout 3
        daemonize no

        """);

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
