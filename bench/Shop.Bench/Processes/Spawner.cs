using System.Collections.Concurrent;
using System.Diagnostics;

namespace Shop.Bench.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as this program: the kernel sends a child its parent-death signal
/// when the thread that started it ends, and threads of the pool come and go.
/// </summary>
public sealed class Spawner : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public Spawner()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "spawner" };
        _thread.Start();
    }

    public Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    /// <summary>To be called when the children have ended.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var start in _work.GetConsumingEnumerable()) start();
    }
}
