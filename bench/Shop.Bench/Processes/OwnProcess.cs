using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Shop.Bench.Processes;

/// <summary>A process that this program started, and ends.</summary>
public sealed class OwnProcess : IAsyncDisposable
{
    private const int TailLines = 20;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly Process _process;
    private readonly ProcessPlan _plan;
    private readonly Queue<string> _tail = new();
    private bool _disposed;

    private OwnProcess(Process process, ProcessPlan plan)
    {
        (_process, _plan) = (process, plan);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public static async Task<OwnProcess> StartAsync(Spawner spawner, ProcessPlan plan) =>
        new(await spawner.StartAsync(plan.ToStartInfo()), plan);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="RunException">The process ended, or the time is over; with the last lines that it wrote.</exception>
    public async Task ReadyAsync(Func<Task<bool>> condition, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
        for (var started = time.GetTimestamp(); !await condition(); await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (HasEnded) throw new RunException($"{_plan.Name} ended with code {_process.ExitCode}.\n{Tail()}");
            if (time.GetElapsedTime(started) > patience) throw new RunException($"{_plan.Name} is not ready after {patience.TotalSeconds:0} s.\n{Tail()}");
        }
    }

    /// <summary>Waits for its end; answers its exit code.</summary>
    public async Task<int> EndedAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>The last lines that it wrote.</summary>
    public string Tail()
    {
        lock (_tail)
            return string.Join('\n', _tail);
    }

    /// <summary>In an orderly way within ten seconds, then by force.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!HasEnded && Signal(_process.Id, _plan.EndSignal) == 0)
        {
            using var limit = new CancellationTokenSource(Grace);
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (!HasEnded) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_tail)
        {
            _tail.Enqueue(line);
            if (_tail.Count > TailLines) _tail.Dequeue();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}

/// <summary>The run cannot go on. The message is for the user.</summary>
public sealed class RunException(string message) : Exception(message);
