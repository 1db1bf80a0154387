using System.Reflection;

namespace Shop.StandIns.Tests.Api;

/// <summary>One type of the official lists: its declaration and its members, a line each.</summary>
internal sealed record OfficialType(string Modifiers, IReadOnlyList<string> Bases, IReadOnlySet<string> Members);

/// <summary>
/// The official API of the packages that stand-ins replace, read from the lists beside this file: a heading per namespace,
/// a line per type, an indented line per member.
/// </summary>
internal sealed class OfficialApi
{
    private readonly Dictionary<string, OfficialType> _types = [];

    private OfficialApi()
    {
    }

    public static OfficialApi Read()
    {
        var api = new OfficialApi();
        foreach (var file in (string[])["official-hosting-api.txt", "official-clients-api.txt"])
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)!;
            using var reader = new StreamReader(stream);
            api.Add(reader.ReadToEnd().Split('\n'));
        }
        return api;
    }

    /// <param name="name">Namespace and name, with type parameters as in the list: <c>N.IResourceBuilder&lt;T&gt;</c>.</param>
    public OfficialType? Find(string name) => _types.GetValueOrDefault(name);

    /// <summary>Whether a type of that simple name is in the lists.</summary>
    public bool Knows(string simpleName) => _types.Keys.Any(name => name.EndsWith($".{simpleName}", StringComparison.Ordinal));

    private void Add(IEnumerable<string> lines)
    {
        var inNamespace = "";
        HashSet<string> members = [];
        foreach (var line in lines.Select(line => line.TrimEnd()))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                inNamespace = line[3..];
            else if (line.StartsWith("  ", StringComparison.Ordinal))
                members.Add(Signatures.Normalize(line.Trim()));
            else if (inNamespace.Length > 0 && line.Length > 0)
                members = Add(inNamespace, line);
        }
    }

    private HashSet<string> Add(string inNamespace, string declaration)
    {
        var parts = declaration.Split(" : ", 2);
        var name = parts[0][(parts[0].LastIndexOf(' ', parts[0].Contains('<', StringComparison.Ordinal) ? parts[0].IndexOf('<', StringComparison.Ordinal) : parts[0].Length - 1) + 1)..];
        HashSet<string> members = [];
        _types[$"{inNamespace}.{name}"] = new OfficialType(
            parts[0][..^name.Length].Trim(), parts.Length == 2 ? Signatures.SplitOutsideBrackets(parts[1]) : [], members);
        return members;
    }
}
