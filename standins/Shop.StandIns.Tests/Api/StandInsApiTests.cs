using System.Reflection;

namespace Shop.StandIns.Tests.Api;

/// <summary>
/// What keeps the stand-ins honest while the official packages cannot be restored: they offer nothing that the official
/// packages do not have.
/// </summary>
public sealed class StandInsApiTests
{
    private static readonly OfficialApi s_official = OfficialApi.Read();

    [Fact]
    public void Every_public_type_and_member_of_a_stand_in_is_official()
    {
        var unknown = Solution.StandIns().SelectMany(Surface.Types).SelectMany(Differences).Order(StringComparer.Ordinal).ToArray();
        Assert.True(unknown.Length == 0, $"Not in the official lists:\n{string.Join('\n', unknown)}");
    }

    private static IEnumerable<string> Differences(Type type)
    {
        var name = $"{type.Namespace}.{Signatures.Name(type)}";
        if (s_official.Find(name) is not { } official)
            return [$"{name}"];
        var members = Surface.Members(type).Select(member => (Member: member, Text: Signatures.Of(member)))
            .Where(member => !IsListed(official, type, member.Member, member.Text))
            .Select(member => $"{name}: {member.Text}");
        return Kind(type, official).Select(difference => $"{name}: {difference}").Concat(members);
    }

    private static bool IsListed(OfficialType official, Type type, MemberInfo member, string text)
    {
        if (official.Members.Contains(text))
            return true;
        return member switch
        {
            // The lists leave it out for types with required members.
            ConstructorInfo => text == ".ctor()" && !official.Members.Any(line => line.StartsWith(".ctor(", StringComparison.Ordinal)),
            // A property may lack an accessor that the official one has.
            PropertyInfo => text.EndsWith("{ get; }", StringComparison.Ordinal) && official.Members.Contains(text.Replace("{ get; }", "{ get; set; }", StringComparison.Ordinal)),
            FieldInfo when type.IsEnum => official.Members.SelectMany(line => line.Split(", ")).Contains(text),
            // The lists give the values of some constants.
            FieldInfo => official.Members.Any(line => line.StartsWith($"{text} = ", StringComparison.Ordinal)),
            _ => false,
        };
    }

    private static IEnumerable<string> Kind(Type type, OfficialType official)
    {
        var kind = type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : "class";
        if (official.Modifiers.Split(' ')[^1] != kind)
            yield return $"is a {kind}, officially {official.Modifiers}";
        var isStatic = type.IsAbstract && type.IsSealed;
        foreach (var (modifier, has) in new[]
        {
            ("static", isStatic), ("abstract", type.IsAbstract && !isStatic && !type.IsInterface), ("sealed", type.IsSealed && !isStatic && kind == "class"),
        })
        {
            // More closed than the official one does no harm: what compiles here compiles there.
            if (official.Modifiers.Split(' ').Contains(modifier) ? !has : has && modifier != "sealed")
                yield return $"{(has ? "is" : "is not")} {modifier}, officially {official.Modifiers}";
        }
        foreach (var parent in type.GetInterfaces().Append(type.BaseType).OfType<Type>().Select(Signatures.Name))
        {
            if (s_official.Knows(parent) && !official.Bases.Contains(parent))
                yield return $"is a {parent}, officially not";
        }
    }
}
