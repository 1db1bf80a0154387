using System.Globalization;
using System.Security.Cryptography;

namespace Aspire.Hosting.Dcp;

/// <summary>
/// Temporary files of one run. <c>dcp</c> and <c>state</c> are the owner's only (DCP insists); <c>data</c> holds servers without a volume,
/// which may run as another user, so the folder above can be passed through but not listed.
/// </summary>
internal sealed class SessionFolder : IDisposable
{
    private const string Prefix = "shop-apphost-";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Pass = Owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private readonly string _root;

    public SessionFolder()
    {
        Name = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8);
        _root = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Name}"));
        RemoveLeftOvers();
        Create(_root, Pass);
        Create(Dcp, Owner);
        Create(State, Owner);
        Create(Data, Pass);
    }

    /// <summary>Eight letters that no other run has.</summary>
    internal string Name { get; }

    /// <summary>DCP's own; DCP deletes it when it has stopped everything.</summary>
    internal string Dcp => Path.Combine(_root, "dcp");

    internal string State => Path.Combine(_root, "state");

    internal string Data => Path.Combine(_root, "data");

    public void Dispose() => Delete(_root);

    private static void Create(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, mode);
    }

    /// <summary>A run that was killed could not delete its folder; its process is gone now.</summary>
    private static void RemoveLeftOvers()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var parts = Path.GetFileName(folder)[Prefix.Length..].Split('-');
            if (int.TryParse(parts[0], CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}")) Delete(folder);
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, or in use for another moment: the next run removes it.
        }
    }
}
