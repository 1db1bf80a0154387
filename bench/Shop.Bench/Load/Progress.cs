using System.Globalization;
using Shop.Bench.Measuring;

namespace Shop.Bench.Load;

/// <summary>One line per second of what is under way.</summary>
public sealed class Progress(TextWriter console, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async Task ShowAsync(Recorder recorder, CancellationToken over)
    {
        using var timer = new PeriodicTimer(Interval, time);
        SecondSample? shown = null;
        while (await timer.TicksAsync(over))
            if (recorder.Latest() is { } second && second != shown)
                await console.WriteLineAsync(Line(shown = second, recorder.Wrong));
    }

    internal static string Line(SecondSample second, IReadOnlyDictionary<string, long> wrong)
    {
        var when = second.Second < 0 ? "warm-up" : string.Create(CultureInfo.InvariantCulture, $"{second.Second + 1} s");
        var errors = wrong.Count == 0 ? "" : "  wrong: " + string.Join(", ", wrong.Select(w => $"{w.Key} x {w.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"    {when,8} {second.Answers,9:#,0}/s   p50 {second.P50 / 1000,8:0.000} ms   p99 {second.P99 / 1000,8:0.000} ms{errors}");
    }
}

internal static class TimerExtensions
{
    /// <summary>Waits for the next tick; false when the token is cancelled.</summary>
    public static async Task<bool> TicksAsync(this PeriodicTimer timer, CancellationToken over)
    {
        try
        {
            return await timer.WaitForNextTickAsync(over);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
