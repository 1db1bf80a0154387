using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.Cache;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Unit.Catalog.Cache;

public sealed class LoadGateTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task No_more_loads_than_the_ceiling_run_and_no_more_than_the_queue_wait()
    {
        await using var gate = Gate(new CacheOptions { MaxLoads = 3, MaxWaitingLoads = 5, LoadPatience = TimeSpan.FromMinutes(1) });
        var release = new TaskCompletionSource<int>();
        var running = 0;
        var loads = Enumerable.Range(0, 20).Select(_ => gate.RunAsync(
            _ =>
            {
                Interlocked.Increment(ref running);
                return release.Task;
            },
            CancellationToken.None)).ToList();

        Assert.Equal(3, running);
        var refused = loads.Where(load => load.IsFaulted).ToList();
        Assert.Equal(20 - 3 - 5, refused.Count);
        Assert.All(refused, load => Assert.Equal(503, ((ProblemException)load.Exception!.InnerException!).Status));
        release.SetResult(1);
        await Task.WhenAll(loads.Except(refused));
        Assert.Equal(8, running);
    }

    [Fact]
    public async Task A_load_that_waits_too_long_is_refused()
    {
        await using var gate = Gate(new CacheOptions { MaxLoads = 1, LoadPatience = TimeSpan.FromMilliseconds(30) });
        var release = new TaskCompletionSource<int>();
        var first = gate.RunAsync(_ => release.Task, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<ProblemException>(() => gate.RunAsync(_ => Task.FromResult(2), CancellationToken.None));
        Assert.Equal("busy", refused.Code);
        release.SetResult(1);
        Assert.Equal(1, await first);
    }

    private LoadGate Gate(CacheOptions options) =>
        new(options, TimeProvider.System, new CacheMetrics(_services.GetRequiredService<IMeterFactory>()));
}
