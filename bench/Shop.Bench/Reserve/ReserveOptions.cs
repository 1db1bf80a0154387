using Shop.Bench.Commands;

namespace Shop.Bench.Reserve;

/// <param name="Products">Cold ones; the hot and the sold-out one come on top.</param>
/// <param name="Strategies">Values of <c>Catalog:Inventory:Strategy</c> to be measured.</param>
/// <param name="Only">Measure only figures whose name contains one of these; all when empty.</param>
public sealed record ReserveOptions(int Products, IReadOnlyList<string> Strategies, IReadOnlyList<string> Only)
{
    public static ReserveOptions Parse(Arguments arguments) => new(
        arguments.Whole("products", 10_000, 1, 1_000_000), arguments.List("strategies", "batch,single"), arguments.List("only", ""));
}
