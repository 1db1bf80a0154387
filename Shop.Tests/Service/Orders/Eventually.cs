using System.Runtime.CompilerServices;

namespace Shop.Tests.Service.Orders;

/// <summary>Waits for a condition; a failure names the caller's line.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task IsAsync<T>(
        T expected, Func<Task<T>> actual, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var started = TimeProvider.System.GetTimestamp();
        var last = await actual();
        while (!EqualityComparer<T>.Default.Equals(expected, last))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"{Path.GetFileName(file)}:{line}: still {last}, not {expected}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            last = await actual();
        }
    }
}
