using System.Globalization;
using Shop.Bench.Commands;
using Shop.Bench.Machines;
using Shop.Bench.Reporting;
using Shop.Catalog.Cache;

namespace Shop.Bench.Cache;

/// <summary><c>cache</c>: the policies of Catalog's in-process cache against each other, on the same made-up requests.</summary>
public sealed class CacheScenario(TextWriter console)
{
    private const int Seed = 20_240_601;
    private static readonly double[] Shares = [0.01, 0.05, 0.2];
    private static readonly CachePolicy[] Policies = [CachePolicy.LeastRecentlyUsed, CachePolicy.LeastFrequentlyUsed];

    public async Task RunAsync(string[] commandLine, Arguments arguments, CancellationToken cancellationToken)
    {
        var products = arguments.Whole("products", 100_000, 1_000, 10_000_000);
        var requests = arguments.Whole("requests", 2_000_000, 10_000, 100_000_000);
        var rounds = arguments.Whole("rounds", 3, 1, 100);
        arguments.RefuseOthers();
        var facts = await Facts.ReadAsync(commandLine, Path.GetTempPath(), new Dictionary<string, string>(), cancellationToken);
        await console.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{facts.CommandLine}: commit {facts.Commit}{(facts.Dirty ? " with changes" : "")}, {facts.Machine.Cores} cores, {facts.DotNet}, load average {facts.Machine.LoadAverage}"));
        await console.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{products:#,0} products, {requests:#,0} requests; hit ratios of the second half; ns of processor time per request: median of {rounds}\n"));
        await console.WriteLineAsync("| requests | cache | LRU hits | LFU hits | difference | LRU ns | LFU ns |\n|---|---|---|---|---|---|---|");
        var replays = Replay.All(products, requests, Seed);
        foreach (var replay in replays)
            foreach (var share in Shares)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (lru, lfu) = (new List<CacheOutcome>(), new List<CacheOutcome>());
                for (var round = 0; round < rounds; round++)
                {
                    lru.Add(CacheRun.Of(replay, products, share, CachePolicy.LeastRecentlyUsed));
                    lfu.Add(CacheRun.Of(replay, products, share, CachePolicy.LeastFrequentlyUsed));
                }
                await console.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"| {replay.Name} | {share:0 %} | {lru[0].HitRatio:0.0 %} | {lfu[0].HitRatio:0.0 %} | {100 * (lfu[0].HitRatio - lru[0].HitRatio):+0.0;-0.0} | {Median(lru):0} | {Median(lfu):0} |"));
            }
        foreach (var policy in Policies)
        {
            var costs = Enumerable.Range(0, rounds).Select(_ => CacheRun.HitCost(replays[1], policy)).ToList();
            await console.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n{policy}: {FigureLog.Median(costs):0} ns for a look-up that finds"));
        }
    }

    private static double Median(List<CacheOutcome> outcomes) => FigureLog.Median([.. outcomes.Select(outcome => outcome.Nanoseconds)]);
}
