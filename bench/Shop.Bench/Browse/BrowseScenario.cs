using Shop.Bench.Commands;
using Shop.Bench.Load;
using Shop.Bench.Machines;
using Shop.Bench.Servers;

namespace Shop.Bench.Browse;

/// <summary>Product pages, lists and searches at Catalog's own port, beside a bare endpoint and at two sizes of the catalogue.</summary>
public sealed class BrowseScenario(TimeProvider time, TextWriter console, Random random)
{
    public async Task RunAsync(string[] commandLine, Arguments arguments, CancellationToken cancellationToken)
    {
        var options = LoadOptions.Parse(arguments, "browse", time);
        var own = BrowseOptions.Parse(arguments);
        arguments.RefuseOthers();
        var run = new ScenarioRun("browse", options, time, console);

        await run.SayAsync("Starting PostgreSQL, Redis and RabbitMQ");
        await using var bed = await LoadBed.StartAsync(options, time, cancellationToken);
        var facts = await Facts.ReadAsync(commandLine, options.DataFolder, await bed.DescribeAsync(cancellationToken), cancellationToken);
        var assortments = new List<Assortment>();
        foreach (var products in new[] { own.Small, own.Large }.Where(products => products > 0).Distinct())
        {
            await run.SayAsync($"Making up {products:#,0} products");
            assortments.Add(await Assortment.CreateAsync(bed, products, random, cancellationToken));
        }
        var bare = await BareAsync(bed, assortments[0], run, cancellationToken);
        var steps = new BrowseSteps(bed, options, own, new HttpPhase(time, new Progress(console, time), random), time);
        await run.MeasureAsync([.. assortments.SelectMany(steps.Of), .. steps.OfBare(bare, assortments[0])], own.Only, cancellationToken);
        foreach (var assortment in assortments.Where(assortment => assortment.Searches.Repeats > 0))
            run.Note($"The searches among {assortment.Size} products were used up and asked {assortment.Searches.Repeats + 1} times: give fewer rounds or seconds.");
        await run.ReportAsync(facts, figures => BrowseVerdicts.Of(figures, [.. assortments.Select(assortment => assortment.Size)]), cancellationToken);
    }

    private static async Task<DotnetService> BareAsync(LoadBed bed, Assortment assortment, ScenarioRun run, CancellationToken cancellationToken)
    {
        var answers = new CapturedAnswers();
        foreach (var path in assortment.Pages.Concat(assortment.Lists))
            await answers.AddAsync(
                assortment.Service.EndPoint, path, RequestBytes.Get(new Uri(assortment.Service.Address, path)), 200, cancellationToken);
        run.Note(FormattableString.Invariant($"The bare endpoint answers with what Catalog answered to the same requests, {answers.MeanBody:0} bytes on average over pages and lists."));
        return await bed.StartBareAsync(answers, cancellationToken);
    }
}
