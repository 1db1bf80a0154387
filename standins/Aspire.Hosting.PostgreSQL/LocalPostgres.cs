using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.LocalServers;

namespace Aspire.Hosting.Postgres;

/// <summary>PostgreSQL 15 to 18 of the Debian packages as a local server, on 127.0.0.1 and without a Unix socket.</summary>
internal static class LocalPostgres
{
    private const int OldestMajor = 15;
    private const int NewestMajor = 18;

    /// <summary>
    /// SIGTERM makes PostgreSQL wait for its clients; SIGINT is the fast shutdown. The server gets it too when the shell is killed.
    /// </summary>
    private const string FastShutdown = """
        setpriv --pdeathsig INT -- "$@" & server=$!
        trap 'kill -INT $server' TERM INT
        wait $server; code=$?
        while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
        exit $code
        """;

    internal static LocalServerAnnotation Annotation { get; } = new(PrepareAsync, Find);

    private static string? Find() => Newest() is null
        ? string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {OldestMajor} to {NewestMajor} is not installed: ./shop setup installs it")
        : null;

    private static async Task<LocalServerProcess> PrepareAsync(LocalServerContext context, CancellationToken cancellationToken)
    {
        var account = LocalAccount.Of("postgres");
        var home = await account.CreateDirectoryAsync(Path.Combine(context.DataDirectory, "postgresql"), context.Logger, cancellationToken);
        var data = Path.Combine(home, "data");
        var programs = ProgramsFor(data);
        var (user, password) = (context.Environment["POSTGRES_USER"], context.Environment["POSTGRES_PASSWORD"]);
        var passwordMark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user}\n{password}")));
        var markFile = Path.Combine(home, "password.sha256");

        if (!Directory.Exists(data))
            await CreateAsync(account, programs, home, user, password, context, cancellationToken);
        else if (!File.Exists(markFile) || await File.ReadAllTextAsync(markFile, cancellationToken) != passwordMark)
            await SetPasswordAsync(account, programs, data, user, password, context, cancellationToken);
        await account.WriteFileAsync(markFile, passwordMark, context.Logger, cancellationToken);

        var server = await ServerAsync(Path.Combine(programs, "postgres"), data, context, cancellationToken);
        var command = account.Command(DataLock.Command(context, FastShutdown, server));
        return new(command[0], [.. command.Skip(1)], new Dictionary<string, string>(), home);
    }

    /// <summary>Makes the cluster beside its place and moves it there, so that one that was killed half way is never used.</summary>
    private static async Task CreateAsync(
        LocalAccount account, string programs, string home, string user, string password, LocalServerContext context,
        CancellationToken cancellationToken)
    {
        var (unfinished, passwordFile) = (Path.Combine(home, "data.new"), Path.Combine(home, "password"));
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        await account.WriteFileAsync(passwordFile, password, context.Logger, cancellationToken);
        await account.RunAsync(
            Path.Combine(programs, "initdb"),
            [
                "--pgdata", unfinished, "--username", user, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions", "--no-sync",
            ],
            context.Logger, cancellationToken);
        File.Delete(passwordFile);
        // One sync of the file system instead of one per file: 0.03 s instead of 3 s.
        await account.RunAsync("sync", ["--file-system", unfinished], context.Logger, cancellationToken);
        Directory.Move(unfinished, Path.Combine(home, "data"));
    }

    /// <summary>The password parameter has changed since the last run: the server is told without a network.</summary>
    private static Task SetPasswordAsync(
        LocalAccount account, string programs, string data, string user, string password, LocalServerContext context,
        CancellationToken cancellationToken)
    {
        var name = user.Replace("\"", "\"\"", StringComparison.Ordinal);
        var text = password.Replace("'", "''", StringComparison.Ordinal);
        return account.RunAsync(
            Path.Combine(programs, "postgres"), ["--single", "-D", data, "postgres"], context.Logger, cancellationToken,
            $"ALTER ROLE \"{name}\" PASSWORD '{text}'\n");
    }

    private static async Task<IReadOnlyList<string>> ServerAsync(
        string program, string data, LocalServerContext context, CancellationToken cancellationToken)
    {
        var port = context.Ports[PostgresServerResource.PrimaryEndpointName].ToString(CultureInfo.InvariantCulture);
        var arguments = new List<object>
        {
            program, "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", $"port={port}", "-c", "unix_socket_directories=",
            "-c", "shared_buffers=256MB",
        };
        // Those of the container, such as -c name=value, mean the same here, and the last one wins.
        foreach (var annotation in context.Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(new(arguments, context.Resource, cancellationToken));
        return [.. arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!)];
    }

    /// <summary>Directory of the programs that fit the data, or of the newest when there is no data yet.</summary>
    private static string ProgramsFor(string data)
    {
        var versionFile = Path.Combine(data, "PG_VERSION");
        if (!File.Exists(versionFile)) return Newest() ?? throw new DistributedApplicationException(Find()!);
        var major = File.ReadAllText(versionFile).Trim();
        var programs = $"/usr/lib/postgresql/{major}/bin";
        return File.Exists($"{programs}/postgres") ? programs : throw new DistributedApplicationException(
            $"{data} was made by PostgreSQL {major}, which is not installed: install postgresql-{major}, or start empty with ./shop run --fresh");
    }

    private static string? Newest() => Enumerable.Range(OldestMajor, NewestMajor - OldestMajor + 1).Reverse()
        .Select(major => string.Create(CultureInfo.InvariantCulture, $"/usr/lib/postgresql/{major}/bin"))
        .FirstOrDefault(directory => File.Exists($"{directory}/postgres"));
}
