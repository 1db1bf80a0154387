using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog.Scale;

/// <summary>What EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) told.</summary>
internal sealed class QueryPlan(JsonNode root)
{
    // Few rows, whatever the number of products.
    private static readonly HashSet<string> Small = ["categories", "brands"];

    private JsonNode Top => root["Plan"]!;

    /// <summary>Tables of products that are read from end to end.</summary>
    public IReadOnlyList<string> Scanned =>
    [
        .. Nodes(Top).Where(node => (string?)node["Node Type"] == "Seq Scan").Select(node => (string)node["Relation Name"]!)
            .Where(table => !Small.Contains(table))
    ];

    public bool UsesIndex => Nodes(Top).Any(node => node["Index Name"] is not null);

    /// <summary>Pages of 8 KB that the statement touched, each time counted.</summary>
    public long Blocks => (long)Top["Shared Hit Blocks"]! + (long)Top["Shared Read Blocks"]!;

    public double Milliseconds => (double)root["Execution Time"]! + (double)root["Planning Time"]!;

    public override string ToString() => root.ToJsonString(new() { WriteIndented = true });

    private static IEnumerable<JsonNode> Nodes(JsonNode node) =>
        ((JsonArray?)node["Plans"] ?? []).SelectMany(below => Nodes(below!)).Prepend(node);
}
