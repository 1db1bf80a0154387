using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.LocalServers;

/// <summary>
/// One server at a time on a data directory. After a kill of the AppHost its servers still write for seconds, until DCP has stopped them.
/// The server holds the lock itself, through a descriptor that it inherits: so it is free when, and only when, the server is gone.
/// </summary>
internal static class DataLock
{
    /// <summary>How long a start waits for the server of an earlier run; DCP takes up to 6 s to stop one, after it has missed the AppHost.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes $1 of descriptor 9 within $2 seconds, or ends with the message $3; the server and its arguments remain in $@.</summary>
    private const string Take = """
        exec 9<"$1" || exit 1
        setpriv --pdeathsig TERM -- flock -w "$2" 9 || { echo "$3" >&2; exit 1; }
        shift 3

        """;

    /// <summary>A shell that takes the lock and then runs the script, in which $@ is the command of the server.</summary>
    internal static IReadOnlyList<string> Command(LocalServerContext context, string script, params IEnumerable<string> server)
    {
        var file = FileIn(context.DataDirectory);
        if (!File.Exists(file)) Create(file);
        var seconds = context.DataPatience.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return ["/bin/sh", "-c", Take + script, context.Resource.Name, file, seconds, InUse(context.DataDirectory), .. server];
    }

    /// <summary>Waits until no server uses the directory. None can start on it before the result is disposed.</summary>
    /// <exception cref="DistributedApplicationException">One still does when the patience is over.</exception>
    internal static async Task<IDisposable?> HoldAsync(
        string directory, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = FileIn(directory);
        var start = time.GetTimestamp();
        while (File.Exists(file))
        {
            try
            {
                return new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None); // flock(2), as the command of that name
            }
            catch (IOException) when (time.GetElapsedTime(start) < patience)
            {
                await Task.Delay(s_pause, time, cancellationToken);
            }
            catch (IOException)
            {
                throw new DistributedApplicationException(InUse(directory));
            }
        }

        return null;
    }

    private static string FileIn(string directory) => Path.Combine(directory, "server.lock");

    private static string InUse(string directory) =>
        $"A server of an earlier run still uses the data in {directory}: end it, or set SHOP_DATA to another folder.";

    private static void Create(string file)
    {
        File.WriteAllText(file, "");
        // The account of the server must be able to open it, whatever the umask.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, Mode);
    }
}
