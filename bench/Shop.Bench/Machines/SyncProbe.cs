using System.Diagnostics;

namespace Shop.Bench.Machines;

/// <summary>What a commit costs at least on this disk. A medium that only pretends to write shows here.</summary>
internal static class SyncProbe
{
    private const int Writes = 100;
    private const int BlockSize = 8192;

    public static double MedianMicroseconds(string directory)
    {
        var path = Path.Combine(directory, "sync-probe");
        var block = new byte[BlockSize];
        var times = new List<double>(Writes);
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            for (var i = 0; i < Writes; i++)
            {
                var started = Stopwatch.GetTimestamp();
                file.Position = 0;
                file.Write(block);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            }
        }
        File.Delete(path);
        return Math.Round(times.Order().ElementAt(Writes / 2), 1);
    }
}
