using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace Shop.Tests.Service;

/// <summary>Waits for a condition that other threads or processes bring about; fails naming the caller's line.</summary>
internal static class Eventually
{
    /// <summary>Enough for anything on a busy machine; only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(
        Func<Task<bool>> condition,
        TimeSpan? patience = null,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        while (!await condition())
        {
            if (time.GetElapsedTime(start) > (patience ?? Patience))
                throw new XunitException($"Never true: {what} ({Path.GetFileName(file)}:{line})");
            await Task.Delay(Pause, time);
        }
    }

    public static Task TrueAsync(
        Func<bool> condition,
        TimeSpan? patience = null,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        TrueAsync(() => Task.FromResult(condition()), patience, what, file, line);
}
