using Shop.Bench.Commands;
using Shop.Bench.Load;
using Shop.Bench.Machines;
using Shop.Bench.Reporting;
using Shop.Bench.Servers;

namespace Shop.Bench.Browse;

/// <summary>The figures of <c>browse</c>: which there are, and how a round of each is measured.</summary>
internal sealed class BrowseSteps(LoadBed bed, LoadOptions options, BrowseOptions own, HttpPhase http, TimeProvider time)
{
    public const string BareDetail = "bare Kestrel, detail bytes";
    public const string BareList = "bare Kestrel, list bytes";

    public static string Detail(string size) => $"detail, {size} products";

    public static string List(string size) => $"list, {size} products";

    public static string Search(string size) => $"search, {size} products";

    public IEnumerable<Step> Of(Assortment assortment) =>
    [
        Step(Detail(assortment.Size), $"GET /api/products/{{id}} of {assortment.Pages.Count:#,0} products over and over: warm", assortment.Service, Requests(assortment.Service, assortment.Pages), options.Callers),
        Step(List(assortment.Size), "GET /api/products?category=…&limit=24, the first pages of all categories: warm", assortment.Service, Requests(assortment.Service, assortment.Lists), options.Callers),
        Step(Search(assortment.Size), "GET /api/products?q=…&limit=24, no two searches the same: no cache can know the answer", assortment.Service, assortment.Searches, own.Searchers),
    ];

    public IEnumerable<Step> OfBare(DotnetService bare, Assortment assortment) =>
    [
        Step(BareDetail, "The same requests as for detail, answered with the same bytes and headers, without doing anything", bare, Requests(bare, assortment.Pages), options.Callers),
        Step(BareList, "The same requests as for list, answered with the same bytes and headers", bare, Requests(bare, assortment.Lists), options.Callers),
    ];

    private static FixedRequests Requests(DotnetService service, IReadOnlyList<string> paths) =>
        new([.. paths.Select(path => RequestBytes.Get(new Uri(service.Address, path)))]);

    private Step Step(string name, string what, DotnetService service, IRequestSource requests, int callers)
    {
        var plan = new PhasePlan(service.EndPoint, requests, 200, callers, options.Arrivals, options.Waiting, options.Limits, options.Digits);
        var sampling = name.StartsWith("bare", StringComparison.Ordinal) ? "none: the bare endpoint traces nothing" : bed.Sampling;
        var roles = new Dictionary<string, int>
        {
            ["service"] = service.ProcessId, ["database"] = bed.Postgres.ProcessId, ["loader"] = Environment.ProcessId,
        };
        return new Step(
            new FigureFacts(name, what, service.Address.ToString(), plan.Describe(), sampling, bed.Pinning),
            (round, cancellationToken) => http.RunAsync(round, plan, new CpuMeter(roles, time), cancellationToken));
    }
}
