using Shop.Bench.Commands;
using Shop.Bench.Load;
using Shop.Bench.Machines;
using Shop.Bench.Processes;
using Shop.Bench.Reporting;
using Shop.Bench.Servers;

namespace Shop.Bench.Reserve;

/// <summary>Reservations per second at Catalog's own port, beside what the database and Kestrel could do at most.</summary>
public sealed class ReserveScenario(TimeProvider time, TextWriter console, Random random)
{
    public const string Database = "catalogdb";
    private const string StrategyKey = "Catalog:Inventory:Strategy";

    public async Task RunAsync(string[] commandLine, Arguments arguments, CancellationToken cancellationToken)
    {
        var options = LoadOptions.Parse(arguments, "reserve", time);
        var own = ReserveOptions.Parse(arguments);
        arguments.RefuseOthers();
        var run = new ScenarioRun("reserve", options, time, console);

        await run.SayAsync("Starting PostgreSQL, Redis, RabbitMQ and Catalog");
        await using var bed = await LoadBed.StartAsync(options, time, cancellationToken);
        var facts = await Facts.ReadAsync(commandLine, options.DataFolder, await bed.DescribeAsync(cancellationToken), cancellationToken);
        var catalogs = await StartCatalogsAsync(bed, own, run, cancellationToken);
        await run.SayAsync($"Making up {own.Products:#,0} products");
        var stock = await StockPlan.CreateAsync(bed.Connect(Database), own.Products, cancellationToken);
        var steps = await StepsAsync(bed, options, stock, catalogs, cancellationToken);
        await run.MeasureAsync(steps, own.Only, cancellationToken);
        if (!run.HasFailed && !cancellationToken.IsCancellationRequested) await CheckBooksAsync(stock, run, cancellationToken);
        await run.ReportAsync(facts, figures => ReserveVerdicts.Of(figures, [.. catalogs.Select(catalog => catalog.Strategy)]), cancellationToken);
    }

    private static async Task<List<(string Strategy, DotnetService Service)>> StartCatalogsAsync(
        LoadBed bed, ReserveOptions own, ScenarioRun run, CancellationToken cancellationToken)
    {
        var catalogs = new List<(string, DotnetService)>();
        var knows = await KnowsStrategiesAsync(bed, cancellationToken);
        foreach (var strategy in own.Strategies)
        {
            if (!knows && catalogs.Count > 0)
                run.Note($"{strategy}: left out, since this Catalog does not know {StrategyKey}");
            else
                catalogs.Add((strategy, await bed.StartCatalogAsync(Database, new Dictionary<string, string> { [StrategyKey] = strategy }, cancellationToken)));
        }
        return catalogs;
    }

    /// <summary>A Catalog that knows the setting refuses to start with a value that means nothing.</summary>
    private static async Task<bool> KnowsStrategiesAsync(LoadBed bed, CancellationToken cancellationToken)
    {
        try
        {
            await bed.StartCatalogAsync(Database, new Dictionary<string, string> { [StrategyKey] = "nonsense" }, cancellationToken);
            return false;
        }
        catch (RunException)
        {
            return true;
        }
    }

    private async Task<IEnumerable<Step>> StepsAsync(
        LoadBed bed, LoadOptions options, StockPlan stock, List<(string Strategy, DotnetService Service)> catalogs,
        CancellationToken cancellationToken)
    {
        var first = catalogs[0].Service;
        var granted = await BareAsync(bed, first, stock.FirstCold, stock.Cold, ReserveSteps.Granted, cancellationToken);
        var refused = await BareAsync(bed, first, stock.SoldOut, 1, ReserveSteps.Refused, cancellationToken);
        var steps = new ReserveSteps(
            bed, options, stock, new HttpPhase(time, new Progress(console, time), random), new PgbenchPhase(bed, options, time), time);
        return [.. catalogs.SelectMany(catalog => steps.OfCatalog(catalog.Strategy, catalog.Service)), .. steps.OfBare(granted, refused), .. steps.OfPgbench()];
    }

    private async Task<DotnetService> BareAsync(
        LoadBed bed, DotnetService catalog, long first, int count, int status, CancellationToken cancellationToken)
    {
        var answers = new CapturedAnswers();
        var request = new ReservationRequests(catalog.Address, first, count).Next(random, new byte[8192]);
        await answers.AddAsync(catalog.EndPoint, ReservationRequests.Path, request, status, cancellationToken);
        return await bed.StartBareAsync(answers, cancellationToken);
    }

    private static async Task CheckBooksAsync(StockPlan stock, ScenarioRun run, CancellationToken cancellationToken)
    {
        var differences = await stock.DifferencesAsync(cancellationToken);
        run.Note(differences == 0
            ? "Afterwards the counters of all variants equalled their ledger and their live reservations."
            : $"WRONG: the counters of {differences} variants differ from their ledger or from their live reservations.");
    }
}
