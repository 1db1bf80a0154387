using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Publishing;

/// <summary>The expressions in a finished manifest: each must name something that is in it.</summary>
internal static partial class ManifestReferences
{
    /// <summary>A parameter that stands inside a URI is referred to by its name and this.</summary>
    public const string UriEncodedSuffix = "-uri-encoded";

    /// <summary>Adds the escaped form of every parameter that stands inside a URI.</summary>
    /// <exception cref="DistributedApplicationException">A value refers to a resource that is not in the manifest.</exception>
    public static void Complete(JsonObject resources)
    {
        var used = resources
            .SelectMany(resource => Strings(resource.Value).SelectMany(Names).Select(name => (User: resource.Key, Name: name)))
            .Distinct().ToArray();
        foreach (var (user, name) in used.Where(use => !resources.ContainsKey(use.Name)))
        {
            var parameter = name.EndsWith(UriEncodedSuffix, StringComparison.Ordinal) ? name[..^UriEncodedSuffix.Length] : null;
            if (parameter is null || !resources.ContainsKey(parameter))
                throw new DistributedApplicationException($"'{user}' refers to '{name}', which is not in the manifest.");
            resources.TryAdd(name, new JsonObject
            {
                ["type"] = "annotated.string", ["value"] = $"{{{parameter}.value}}", ["filter"] = "uri",
            });
        }
    }

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Strings(member.Value)),
        JsonArray items => items.SelectMany(Strings),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    private static IEnumerable<string> Names(string text) =>
        Expression().Matches(text.Replace("{{", "", StringComparison.Ordinal)).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\{([A-Za-z0-9-]+)\.[^{}]+\}")]
    private static partial Regex Expression();
}
