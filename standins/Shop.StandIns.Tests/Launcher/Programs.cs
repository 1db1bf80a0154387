namespace Shop.StandIns.Tests.Launcher;

/// <summary>A folder of small shell programs, which everybody may run.</summary>
internal sealed class Programs : IDisposable
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    internal Programs() => Allow(Directory);

    internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("shop-test-").FullName;

    internal void Add(string name, string script)
    {
        var path = Path.Combine(Directory, name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        Allow(path);
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static void Allow(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, Everybody);
    }
}
