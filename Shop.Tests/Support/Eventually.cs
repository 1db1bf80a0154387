using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace Shop.Tests.Support;

/// <summary>Waits for what other threads or processes bring about, with a deadline; a failure says what was awaited and where.</summary>
internal static class Eventually
{
    /// <summary>Enough for anything on a busy machine; only a failing test waits so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads until <paramref name="accept"/> holds, and returns what was read then. Errors of a network or database that is away are waited out.</summary>
    public static async Task<T> BecomesAsync<T>(
        string what, Func<Task<T>> read, Func<T, bool> accept, TimeSpan? patience = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            string last;
            try
            {
                var value = await read();
                if (accept(value))
                    return value;
                last = $"{value}";
            }
            // A connection that is reset in the moment in which it is made is told by HttpClient as the socket tells it.
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException or SocketException or Npgsql.NpgsqlException)
            {
                last = error.Message;
            }
            var limit = patience ?? Patience;
            if (TimeProvider.System.GetElapsedTime(started) > limit)
                throw new XunitException($"Not within {limit.TotalSeconds:0} s: {what} ({Path.GetFileName(file)}:{line}); last seen: {last}");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? patience = null, [CallerArgumentExpression(nameof(condition))] string what = "",
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        BecomesAsync(what, condition, holds => holds, patience, file, line);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static Task TrueAsync(
        Func<bool> condition, TimeSpan? patience = null, [CallerArgumentExpression(nameof(condition))] string what = "",
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        TrueAsync(() => Task.FromResult(condition()), patience, what, file, line);
}
