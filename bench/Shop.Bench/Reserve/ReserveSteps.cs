using Shop.Bench.Commands;
using Shop.Bench.Load;
using Shop.Bench.Machines;
using Shop.Bench.Reporting;
using Shop.Bench.Servers;

namespace Shop.Bench.Reserve;

/// <summary>The figures of <c>reserve</c>: which there are, and how a round of each is measured.</summary>
internal sealed class ReserveSteps(LoadBed bed, LoadOptions options, StockPlan stock, HttpPhase http, PgbenchPhase pgbench, TimeProvider time)
{
    public const int Granted = 200;
    public const int Refused = 409;
    public const string BareGranted = "bare Kestrel, granted";
    public const string BareRefused = "bare Kestrel, refused";
    public const string PgbenchCold = "pgbench, cold";
    public const string PgbenchColdPipelined = "pgbench pipelined, cold";
    public const string PgbenchHot = "pgbench, hot";
    public const string UnitRows = "pgbench unit rows, hot";

    public static string Cold(string strategy) => strategy + ", cold";

    public static string Hot(string strategy) => strategy + ", hot";

    public static string SoldOut(string strategy) => strategy + ", sold out";

    /// <summary>Three figures of one implementation.</summary>
    public IEnumerable<Step> OfCatalog(string strategy, DotnetService catalog) =>
    [
        OfHttp(Cold(strategy), $"POST {ReservationRequests.Path}: one unit of one of {stock.Cold:#,0} products", catalog, stock.FirstCold, stock.Cold, Granted),
        OfHttp(Hot(strategy), $"POST {ReservationRequests.Path}: one unit of always the same product", catalog, stock.Hot, 1, Granted),
        OfHttp(SoldOut(strategy), $"POST {ReservationRequests.Path}: one unit of a product that is sold out; every answer is a refusal", catalog, stock.SoldOut, 1, Refused),
    ];

    public IEnumerable<Step> OfBare(DotnetService granted, DotnetService refused) =>
    [
        OfHttp(BareGranted, "Reads the same body and answers the bytes of a granted reservation, without doing anything", granted, stock.FirstCold, stock.Cold, Granted),
        OfHttp(BareRefused, "Reads the same body and answers the bytes of a refusal", refused, stock.SoldOut, 1, Refused),
    ];

    public IEnumerable<Step> OfPgbench() =>
    [
        OfScript(PgbenchCold, "One transaction per reservation, a statement at a time", "pgbench-steps.sql", stock.FirstCold, stock.FirstCold + stock.Cold - 1),
        OfScript(PgbenchColdPipelined, "One transaction per reservation, sent in two round trips", "pgbench-pipelined.sql", stock.FirstCold, stock.FirstCold + stock.Cold - 1),
        OfScript(PgbenchHot, "One transaction per reservation, a statement at a time, of always the same product", "pgbench-steps.sql", stock.Hot, stock.Hot),
        OfScript(UnitRows, "One row per unit, taken with SKIP LOCKED, of always the same product; for comparison only", "pgbench-units.sql", stock.ByUnit, stock.ByUnit),
    ];

    private Step OfHttp(string name, string what, DotnetService service, long first, int count, int status)
    {
        var plan = new PhasePlan(
            service.EndPoint, new ReservationRequests(service.Address, first, count), status, options.Callers, options.Arrivals, options.Waiting,
            options.Limits, options.Digits);
        var facts = new FigureFacts(name, what, service.Address.ToString(), plan.Describe(), Sampling(service), bed.Pinning);
        return new Step(facts, async (round, cancellationToken) =>
        {
            await stock.SettleAsync(units: false, cancellationToken);
            var roles = new Dictionary<string, int>
            {
                ["service"] = service.ProcessId, ["database"] = bed.Postgres.ProcessId, ["loader"] = Environment.ProcessId,
            };
            return await http.RunAsync(round, plan, new CpuMeter(roles, time), cancellationToken);
        });

        string Sampling(DotnetService measured) => name.StartsWith("bare", StringComparison.Ordinal) ? "none: the bare endpoint traces nothing" : bed.Sampling;
    }

    private Step OfScript(string name, string what, string script, long first, long last)
    {
        var plan = new PgbenchPlan(
            script, ReserveScenario.Database, options.Callers, new Dictionary<string, long> { ["first"] = first, ["last"] = last });
        var facts = new FigureFacts(
            name, what, $"127.0.0.1:{bed.Postgres.Port} (PostgreSQL itself)", $"pgbench -M prepared, {options.Callers} clients, 1 thread", "none: no service", bed.Pinning);
        return new Step(facts, async (round, cancellationToken) =>
        {
            await stock.SettleAsync(units: script == "pgbench-units.sql", cancellationToken);
            return await pgbench.RunAsync(round, plan, cancellationToken);
        });
    }
}
