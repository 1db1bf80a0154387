using Shop.Bench.Reporting;

namespace Shop.Bench.Load;

/// <summary>One figure of a scenario and how to measure a round of it.</summary>
public sealed record Step(FigureFacts Facts, Func<int, CancellationToken, Task<RoundOutcome>> MeasureAsync);

/// <summary>Measures the figures of a scenario round by round: A, B, A, B, so that what drifts meets all of them alike.</summary>
public static class Rounds
{
    /// <summary>Cancelled, it returns after the round that is under way, which then ends early.</summary>
    public static async Task RunAsync(
        IReadOnlyList<Step> steps, int rounds, FigureLog log, TextWriter console, CancellationToken cancellationToken)
    {
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var step in steps)
            {
                if (cancellationToken.IsCancellationRequested) return;
                await console.WriteLineAsync($"==> {step.Facts.Name}, round {round} of {rounds} ({step.Facts.MeasuredAt})");
                log.Add(step.Facts, await step.MeasureAsync(round, cancellationToken));
            }
        }
    }
}
