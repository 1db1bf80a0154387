using Shop.Bench.Commands;

namespace Shop.Bench.Browse;

/// <param name="Small">Products of the catalogue that most is measured on.</param>
/// <param name="Large">Products of the catalogue that it is compared with; 0 for none.</param>
/// <param name="Searchers">Searches under way at once.</param>
public sealed record BrowseOptions(int Small, int Large, int Searchers, IReadOnlyList<string> Only)
{
    public static BrowseOptions Parse(Arguments arguments) => new(
        arguments.Whole("small", 10_000, 1_000, 10_000_000), arguments.Whole("products", 1_000_000, 0, 10_000_000),
        arguments.Whole("searchers", 16, 1, 4096), arguments.List("only", ""));
}
