using System.Globalization;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.LocalServers;

namespace Aspire.Hosting.RabbitMQ;

/// <summary>
/// rabbitmq-server of the Debian package as a local server: a node with its own cookie, data, logs and port mapper (epmd), all on the
/// loopback address.
/// </summary>
internal static class LocalRabbitMQ
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    /// <summary>
    /// RabbitMQ refuses to start without a port mapper, and one that it starts itself stays for ever. This one ends with the server. The
    /// server gets its SIGTERM too when the shell is killed.
    /// </summary>
    private const string WithOwnPortMapper = """
        setpriv --pdeathsig KILL -- epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 >/dev/null 2>&1 9<&- & mapper=$!
        setpriv --pdeathsig TERM -- "$@" & server=$!
        trap 'kill -TERM $server' TERM INT
        wait $server; code=$?
        while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
        kill $mapper 2>/dev/null; wait $mapper
        exit $code
        """;

    internal static LocalServerAnnotation Annotation { get; } = new(PrepareAsync, Find);

    private static string? Find() => File.Exists(Program) ? null : "rabbitmq-server is not installed: ./shop setup installs it";

    private static async Task<LocalServerProcess> PrepareAsync(LocalServerContext context, CancellationToken cancellationToken)
    {
        var account = LocalAccount.Of("rabbitmq");
        var home = await account.CreateDirectoryAsync(Path.Combine(context.DataDirectory, "rabbitmq"), context.Logger, cancellationToken);
        Task WriteAsync(string file, string text) => account.WriteFileAsync(Path.Combine(home, file), text, context.Logger, cancellationToken);
        await WriteAsync("rabbitmq.conf", Configuration(context, home));
        await WriteAsync("definitions.json", Definitions(context.Environment["RABBITMQ_DEFAULT_USER"], context.Environment["RABBITMQ_DEFAULT_PASS"]));
        await WriteAsync("enabled_plugins", "[].\n");

        var command = account.Command(DataLock.Command(context, WithOwnPortMapper, Program));
        return new(command[0], [.. command.Skip(1)], Environment(context, home), home);
    }

    private static Dictionary<string, string> Environment(LocalServerContext context, string home)
    {
        var ports = context.ClaimPorts(2);
        return new()
        {
            ["HOME"] = home, // of the cookie
            // As if under systemd: the start script is replaced by the server, which then gets the signals.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
            ["RABBITMQ_NODENAME"] = $"{context.Resource.Name}@localhost",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(home, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(home, "log"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(home, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(home, "enabled_plugins"),
            // What /etc/rabbitmq says is about the machine's own service.
            ["RABBITMQ_CONFIG_FILES"] = Path.Combine(home, "conf.d"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(home, "advanced.config"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_LOG"] = "-color",
            ["RABBITMQ_DIST_PORT"] = ports[0].ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_PORT"] = ports[1].ToString(CultureInfo.InvariantCulture),
            ["ERL_AFLAGS"] = "-start_epmd false",
            // Two schedulers are plenty for a developer's machine and save memory on a large one.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
        };
    }

    private static string Configuration(LocalServerContext context, string home) => string.Create(CultureInfo.InvariantCulture, $"""
        listeners.tcp.1 = 127.0.0.1:{context.Ports[RabbitMQServerResource.PrimaryEndpointName]}
        load_definitions = {Path.Combine(home, "definitions.json")}
        log.file = false
        log.console = true
        log.console.level = warning
        vm_memory_high_watermark.absolute = 512MB
        raft.wal_max_size_bytes = 67108864

        """);

    /// <summary>Read at every start, so that a changed password parameter takes effect; default_user counts for new data only.</summary>
    private static string Definitions(string user, string password) => JsonSerializer.Serialize(new
    {
        users = new[] { new { name = user, password, tags = "administrator" } },
        vhosts = new[] { new { name = "/" } },
        permissions = new[] { new { user, vhost = "/", configure = ".*", write = ".*", read = ".*" } },
    });
}
