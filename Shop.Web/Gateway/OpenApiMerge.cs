using System.Text.Json.Nodes;

namespace Shop.Web.Gateway;

/// <summary>One service's OpenAPI document.</summary>
public sealed record ServiceDocument(string Service, JsonObject Document);

/// <summary>Makes one OpenAPI document of several.</summary>
public static class OpenApiMerge
{
    private const string ComponentReference = "#/components/";

    /// <summary>
    /// Paths and components of all documents. Where two services give the same component name to different things, the
    /// later one's is prefixed with its service's name and its references follow. A path keeps its first owner.
    /// </summary>
    public static JsonObject Merge(string title, IEnumerable<ServiceDocument> documents)
    {
        var paths = new JsonObject();
        var components = new JsonObject();
        var tags = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var (service, document) in documents)
        {
            var source = RenameCollisions(service, document, components);
            foreach (var (kind, entries) in Members(source["components"]))
                AddMissing(Child(components, kind), entries);
            AddMissing(paths, source["paths"], path => !path.StartsWith("/internal", StringComparison.Ordinal));
            foreach (var tag in source["tags"] as JsonArray ?? [])
                tags.TryAdd((string?)tag?["name"] ?? "", tag!.DeepClone());
        }
        return new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = title, ["version"] = "v1" },
            ["paths"] = paths,
            ["components"] = components,
            ["tags"] = new JsonArray([.. tags.Values]),
        };
    }

    private static JsonObject RenameCollisions(string service, JsonObject document, JsonObject components)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (kind, entries) in Members(document["components"]))
            foreach (var (name, value) in Members(entries))
                if (components[kind]?[name] is { } taken && !JsonNode.DeepEquals(taken, value))
                    renamed[$"{ComponentReference}{kind}/{name}"] = $"{ComponentReference}{kind}/{service}.{name}";
        var copy = (JsonObject)document.DeepClone();
        if (renamed.Count == 0) return copy;
        Redirect(copy, renamed);
        foreach (var (from, to) in renamed)
            Move(copy, from[ComponentReference.Length..].Split('/', 2), to[(to.LastIndexOf('/') + 1)..]);
        return copy;
    }

    private static void Move(JsonObject document, string[] place, string name)
    {
        var entries = (JsonObject)document["components"]![place[0]]!;
        var value = entries[place[1]];
        entries.Remove(place[1]);
        entries[name] = value;
    }

    private static void Redirect(JsonNode? node, Dictionary<string, string> renamed)
    {
        if (node is JsonArray array)
            foreach (var item in array) Redirect(item, renamed);
        if (node is not JsonObject members) return;
        foreach (var (name, value) in members.ToList())
        {
            if (name == "$ref" && renamed.TryGetValue((string?)value ?? "", out var target)) members[name] = target;
            else Redirect(value, renamed);
        }
    }

    private static void AddMissing(JsonObject target, JsonNode? source, Func<string, bool>? wanted = null)
    {
        foreach (var (name, value) in Members(source))
            if (!target.ContainsKey(name) && wanted?.Invoke(name) != false) target[name] = value?.DeepClone();
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject known) return known;
        var child = new JsonObject();
        parent[name] = child;
        return child;
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node as JsonObject ?? [];
}
