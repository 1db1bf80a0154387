using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.LocalServers;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Where local servers keep their data: with a volume under SHOP_DATA or the user's data folder, one folder per copy of the application;
/// without one in the session's temporary folder. <c>Shop:Fresh</c> empties the former at the start. Neither happens while a server of an
/// earlier run still uses the data.
/// </summary>
internal sealed class DataDirectories(IDistributedApplicationBuilder builder, SessionFolder session, TimeProvider time) : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly SemaphoreSlim _turn = new(1);
    private FileStream? _claim;

    internal TimeSpan Patience { get; init; } = DataLock.Patience;

    internal async Task<string> ForAsync(IResource resource, CancellationToken cancellationToken)
    {
        var persistent = !builder.Options.Testing && HasVolume(resource);
        if (persistent) await ClaimAsync(WaitForServersAsync, cancellationToken);
        return Create(Path.Combine(persistent ? Root() : session.Data, resource.Name));
    }

    /// <summary>Two runs on the same data would destroy it. What prepares it is done once, and by one run at a time.</summary>
    /// <exception cref="DistributedApplicationException">Another run has the data.</exception>
    internal async Task ClaimAsync(Func<string, CancellationToken, Task> prepare, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_claim is not null) return;
            var root = Create(Root());
            var claim = Lock(root);
            try
            {
                await prepare(root, cancellationToken);
                _claim = claim;
            }
            finally
            {
                if (_claim is null) claim.Dispose();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _claim?.Dispose();
        _turn.Dispose();
    }

    private string Root()
    {
        if (builder.Configuration["SHOP_DATA"] is { Length: > 0 } chosen) return Path.GetFullPath(chosen);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        // Servers started by root run as users of their own, who cannot pass through root's home.
        var parent = builder.Configuration["XDG_DATA_HOME"]
            ?? (Environment.IsPrivilegedProcess ? "/var/lib" : Path.Combine(home, ".local", "share"));
        return Path.Combine(parent, "shop", AppHostIdentity.Of(builder));
    }

    private static FileStream Lock(string root)
    {
        try
        {
            return new(Path.Combine(root, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DistributedApplicationException(
                $"Another run of this application uses the data in {root}: stop it, or set SHOP_DATA to another folder.");
        }
    }

    /// <summary>Only what this application made is emptied: SHOP_DATA may point to a folder with other things in it.</summary>
    private async Task WaitForServersAsync(string root, CancellationToken cancellationToken)
    {
        var fresh = builder.Configuration.GetValue<bool>("Shop:Fresh");
        foreach (var old in builder.Resources.Where(HasVolume).Select(r => Path.Combine(root, r.Name)).Where(Directory.Exists))
        {
            using var held = await DataLock.HoldAsync(old, Patience, time, cancellationToken);
            if (fresh) Directory.Delete(old, recursive: true);
        }
    }

    private static bool HasVolume(IResource resource) =>
        resource.Annotations.OfType<ContainerMountAnnotation>().Any(m => m.Type == ContainerMountType.Volume);

    private static string Create(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, Mode);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The folder {path} for data cannot be made ({e.Message}): set SHOP_DATA to another one.");
        }
    }
}
