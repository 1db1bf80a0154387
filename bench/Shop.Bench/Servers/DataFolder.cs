using System.Diagnostics;
using Shop.Bench.Processes;

namespace Shop.Bench.Servers;

/// <summary>A folder for one server's files, owned by the account that the server runs as; gone when disposed.</summary>
public sealed class DataFolder : IDisposable
{
    private DataFolder(string path) => Path = path;

    public string Path { get; }

    public static async Task<DataFolder> CreateAsync(string parent, string account, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(parent);
        var folder = new DataFolder(System.IO.Path.Combine(parent, $"shop-load-{account}-{Environment.ProcessId}"));
        Directory.CreateDirectory(folder.Path);
        if (Environment.IsPrivilegedProcess)
            await Command.RunAsync("chown", [$"{account}:{account}", folder.Path], TimeSpan.FromSeconds(10), cancellationToken);
        return folder;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
