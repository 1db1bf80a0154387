using Shop.Bench.Load;
using Shop.Bench.Machines;
using Shop.Bench.Processes;
using Shop.Bench.Reporting;

namespace Shop.Bench.Commands;

/// <summary>What all scenarios share: rounds, notes, and a report whatever happens.</summary>
internal sealed class ScenarioRun(string name, LoadOptions options, TimeProvider time, TextWriter console)
{
    private const double IdleCores = 0.15;

    /// <summary>No medium that keeps what it is given is faster.</summary>
    private const double RealSyncMicroseconds = 5;
    private readonly long _started = time.GetTimestamp();
    private readonly DateTimeOffset _at = time.GetUtcNow();
    private readonly FigureLog _log = new();
    private readonly List<string> _notes = [];
    private RunException? _failure;

    public bool HasFailed => _failure is not null;

    public void Note(string note) => _notes.Add(note);

    public Task SayAsync(string what) => console.WriteLineAsync("==> " + what);

    /// <param name="only">Parts of names; all steps when empty.</param>
    public async Task MeasureAsync(IEnumerable<Step> steps, IReadOnlyList<string> only, CancellationToken cancellationToken)
    {
        try
        {
            var wanted = steps.Where(step => only.Count == 0 || only.Any(part => step.Facts.Name.Contains(part, StringComparison.OrdinalIgnoreCase)));
            await Rounds.RunAsync([.. wanted], options.Rounds, _log, console, cancellationToken);
        }
        catch (RunException failure)
        {
            _failure = failure;
            Note("The run failed: " + failure.Message);
        }
    }

    /// <summary>Writes what there is.</summary>
    /// <exception cref="RunException">The measurement had failed.</exception>
    public async Task ReportAsync(RunFacts facts, Func<IReadOnlyList<Figure>, IReadOnlyList<Verdict>> judge, CancellationToken measuring)
    {
        var figures = _log.Figures();
        NoteOthers(figures);
        NoteUnsound(figures);
        NoteMedium(facts.Machine);
        var report = new RunReport(
            name, _at, Math.Round(time.GetElapsedTime(_started).TotalMinutes, 1), !HasFailed && !measuring.IsCancellationRequested, facts, figures,
            judge(figures), _notes);
        await ReportFiles.WriteAsync(report, options.Folder, console, CancellationToken.None);
        if (_failure is not null) throw _failure;
    }

    /// <summary>Figures of a shared machine say little, above all against each other: they met different neighbours.</summary>
    private void NoteOthers(IReadOnlyList<Figure> figures)
    {
        var most = figures.SelectMany(figure => figure.Rounds).Select(round => round.Cpu.GetValueOrDefault(CpuMeter.Others)).DefaultIfEmpty().Max();
        if (most > IdleCores)
            Note(FormattableString.Invariant($"DISTURBED: other processes used up to {most:0.0} cores during a round. Take the figures as provisional and run again on an idle machine."));
    }

    private void NoteUnsound(IReadOnlyList<Figure> figures)
    {
        foreach (var figure in figures.Where(figure => !figure.IsSound))
            Note($"UNSOUND: more than one call in a thousand of \"{figure.Name}\" was answered wrongly or dropped. No aim that rests on it counts as met.");
    }

    private void NoteMedium(MachineFacts machine)
    {
        if (machine.FileSystem == "tmpfs" || machine.SyncMicroseconds < RealSyncMicroseconds)
            Note(FormattableString.Invariant($"NO DISK: the database's files are on {machine.FileSystem}, where a write that must last takes {machine.SyncMicroseconds} µs. Commits cost nothing there; give a folder on a disk with --data."));
    }
}
