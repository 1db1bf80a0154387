using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Shop.StandIns.Tests.Support;

/// <summary>Waits for what another process or thread brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task True(
        Func<Task<bool>> condition, int seconds = 20, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(seconds), $"Not within {seconds} s: {what}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    public static Task True(
        Func<bool> condition, int seconds = 20, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        True(() => Task.FromResult(condition()), seconds, what);
}
