using System.Globalization;

namespace Shop.Bench.Machines;

/// <param name="LoadAverage">Over 1, 5 and 15 minutes, when the run began: what else was going on.</param>
/// <param name="FileSystem">That of the database's files.</param>
/// <param name="SyncMicroseconds">Median time to write 8 KiB there and have it on the medium (fdatasync).</param>
public sealed record MachineFacts(
    int Cores, string Cpu, long MemoryMiB, string Kernel, string LoadAverage, string FileSystem, double SyncMicroseconds)
{
    /// <param name="dataDirectory">Where the database will keep its files.</param>
    public static MachineFacts Read(string dataDirectory)
    {
        var cpu = File.ReadAllLines("/proc/cpuinfo");
        var memory = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return new MachineFacts(
            cpu.Count(line => line.StartsWith("processor", StringComparison.Ordinal)),
            cpu.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown",
            long.Parse(memory.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]),
            FileSystemOf(dataDirectory),
            SyncProbe.MedianMicroseconds(dataDirectory));
    }

    /// <summary>The type of the mount with the longest matching path.</summary>
    private static string FileSystemOf(string directory)
    {
        var path = Path.GetFullPath(directory) + "/";
        return File.ReadLines("/proc/mounts").Select(line => line.Split(' '))
            .Where(mount => path.StartsWith(mount[1].TrimEnd('/') + "/", StringComparison.Ordinal))
            .OrderBy(mount => mount[1].Length).Select(mount => mount[2]).LastOrDefault("unknown");
    }
}
