using Shop.Bench.Catalogue;
using Shop.Bench.Load;
using Shop.Bench.Servers;

namespace Shop.Bench.Browse;

/// <summary>A catalogue of some size, the service that shows it, and what is asked of it.</summary>
/// <param name="Size">As people say it: "10 thousand".</param>
/// <param name="Pages">Paths of the products that are looked at over and over, from all over the catalogue.</param>
/// <param name="Lists">Paths of the first page of each category.</param>
/// <param name="Searches">Distinct ones.</param>
public sealed record Assortment(
    string Size, DotnetService Service, IReadOnlyList<string> Pages, IReadOnlyList<string> Lists, DistinctRequests Searches)
{
    private const int HotProducts = 1_000;
    private const int DistinctSearches = 100_000;

    // Those that catalogue.sql fills.
    private static readonly string[] Categories =
    [
        "kitchen", "appliances", "furniture", "lighting", "bedding", "garden", "tools", "phones", "computers", "audio", "cameras", "wearables",
        "gaming", "women", "men", "shoes", "bags", "sports", "toys", "baby", "beauty", "food",
    ];

    public static async Task<Assortment> CreateAsync(LoadBed bed, int products, Random random, CancellationToken cancellationToken)
    {
        var database = FormattableString.Invariant($"catalog_{products}");
        await bed.MigrateAsync(database, cancellationToken);
        var source = bed.Connect(database);
        var data = await CatalogueData.FillAsync(source, products, stock: 1_000, cancellationToken);
        var searches = await new SearchQueries(random).CreateAsync(source, data.FirstId, data.Count, DistinctSearches, cancellationToken);
        // Only now, so that whatever a service learns of its products at the start is what there is.
        var service = await bed.StartCatalogAsync(database, new Dictionary<string, string>(), cancellationToken);
        return new Assortment(
            SizeName(products), service,
            [.. Enumerable.Range(0, HotProducts).Select(i => FormattableString.Invariant($"/api/products/{data.FirstId + ((long)i * data.Count / HotProducts)}"))],
            [.. Categories.Select(category => $"/api/products?category={category}&limit=24")],
            new DistinctRequests([.. searches.Select(path => RequestBytes.Get(new Uri(service.Address, path)))]));
    }

    internal static string SizeName(int products) => products switch
    {
        >= 1_000_000 when products % 1_000_000 == 0 => FormattableString.Invariant($"{products / 1_000_000} million"),
        >= 1_000 when products % 1_000 == 0 => FormattableString.Invariant($"{products / 1_000} thousand"),
        _ => FormattableString.Invariant($"{products}"),
    };
}
