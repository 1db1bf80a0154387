using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.LocalServers;

/// <summary>
/// The account a local server runs as: the one of its Debian package when the AppHost is root (PostgreSQL refuses root), else the
/// AppHost's own.
/// </summary>
internal sealed class LocalAccount
{
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string? _name;

    private LocalAccount(string? name) => _name = name;

    internal static LocalAccount Of(string packageAccount) => new(Environment.IsPrivilegedProcess ? packageAccount : null);

    /// <summary>The command as this account; it replaces the process that changes the account, so the process id stays.</summary>
    internal IReadOnlyList<string> Command(params IEnumerable<string> command) => _name is null
        ? [.. command]
        : ["setpriv", $"--reuid={_name}", $"--regid={_name}", "--clear-groups", "--", .. command];

    /// <summary>Runs a program to its end as this account; what it prints goes to the console of the resource.</summary>
    /// <exception cref="DistributedApplicationException">It is missing, or ended with a code other than 0.</exception>
    internal Task RunAsync(
        string program, IEnumerable<string> arguments, ILogger logger, CancellationToken cancellationToken, string? input = null) =>
        LocalTool.RunAsync(Path.GetFileName(program), Command([program, .. arguments]), input, logger, cancellationToken);

    /// <summary>Makes a directory that only this account can enter.</summary>
    /// <exception cref="DistributedApplicationException">The account cannot reach the directory.</exception>
    internal async Task<string> CreateDirectoryAsync(string path, ILogger logger, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, OwnerReads | UnixFileMode.UserExecute);
        if (_name is null) return path;
        await OwnAsync(path, logger, cancellationToken);
        var (code, _) = await LocalTool.TryAsync(Command("test", "-w", path), null, logger, cancellationToken);
        return code == 0 ? path : throw new DistributedApplicationException(
            $"The account '{_name}' cannot reach {path}: keep the data where every account may pass, such as SHOP_DATA=/var/lib/shop/mine.");
    }

    /// <summary>Writes a file that only this account can read.</summary>
    internal async Task WriteFileAsync(string path, string text, ILogger logger, CancellationToken cancellationToken)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerReads;
        await using (var writer = new StreamWriter(temporary, options)) await writer.WriteAsync(text.AsMemory(), cancellationToken);
        if (_name is not null) await OwnAsync(temporary, logger, cancellationToken);
        File.Move(temporary, path, overwrite: true);
    }

    private Task OwnAsync(string path, ILogger logger, CancellationToken cancellationToken) =>
        LocalTool.RunAsync("chown", ["chown", $"{_name}:{_name}", path], null, logger, cancellationToken);
}
