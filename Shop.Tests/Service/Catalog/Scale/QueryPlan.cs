using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog.Scale;

/// <summary>What EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) told.</summary>
/// <param name="nested">Of the statements within functions, as auto_explain tells it.</param>
internal sealed class QueryPlan(JsonNode root, IReadOnlyList<JsonNode> nested)
{
    // Few rows, whatever the number of products.
    private static readonly HashSet<string> Small = ["categories", "brands"];

    private JsonNode Top => root["Plan"]!;

    private IEnumerable<JsonNode> All => nested.Select(plan => plan["Plan"]!).Prepend(Top).SelectMany(Nodes);

    /// <summary>Tables of products that are read from end to end.</summary>
    public IReadOnlyList<string> Scanned =>
    [
        .. All.Where(node => (string?)node["Node Type"] == "Seq Scan").Select(node => (string)node["Relation Name"]!)
            .Where(table => !Small.Contains(table))
    ];

    public bool UsesIndex => All.Any(node => node["Index Name"] is not null);

    /// <summary>Pages of 8 KB that the statement touched, each time counted.</summary>
    public long Blocks => (long)Top["Shared Hit Blocks"]! + (long)Top["Shared Read Blocks"]!;

    public double Milliseconds => (double)root["Execution Time"]! + (double)root["Planning Time"]!;

    public override string ToString() =>
        string.Join('\n', nested.Prepend(root).Select(plan => plan.ToJsonString(new() { WriteIndented = true })));

    private static IEnumerable<JsonNode> Nodes(JsonNode node) =>
        ((JsonArray?)node["Plans"] ?? []).SelectMany(below => Nodes(below!)).Prepend(node);
}
