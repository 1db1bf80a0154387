using System.Runtime.InteropServices;

namespace Shop.Bench.Load;

/// <summary>
/// Waits to within a tenth of a millisecond. The timers of .NET are a millisecond coarse, more than many of the answers that
/// are measured take, and spinning would take the loader's core from its callers.
/// </summary>
internal static class Pacer
{
    private static readonly TimeSpan LongestNap = TimeSpan.FromMilliseconds(50);

    /// <summary>Blocks the thread; returns early when cancelled.</summary>
    public static void WaitUntil(long timestamp, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = time.GetTimestamp();
            if (now >= timestamp) return;
            var rest = time.GetElapsedTime(now, timestamp);
            Nap(rest < LongestNap ? rest : LongestNap);
        }
    }

    private static void Nap(TimeSpan time)
    {
        var request = new TimeSpec(time.Ticks / TimeSpan.TicksPerSecond, time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
        _ = NanoSleep(in request, nint.Zero);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in TimeSpec request, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec(long seconds, long nanoseconds)
    {
        private readonly nint _seconds = (nint)seconds;
        private readonly nint _nanoseconds = (nint)nanoseconds;
    }
}
