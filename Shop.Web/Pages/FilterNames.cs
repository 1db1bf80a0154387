using Shop.Web.Texts;

namespace Shop.Web.Pages;

/// <param name="Value">As it is sent.</param>
/// <param name="Text">As it is shown.</param>
public sealed record FilterChoice(string Value, string Text, int Count);

/// <summary>How attributes, which administrators invent, are shown.</summary>
public static class FilterNames
{
    private const string Size = "size";

    public static string Attribute(Text texts, string name) => name switch
    {
        Size => texts["attr.size"],
        "colour" => texts["attr.colour"],
        "edition" => texts["attr.edition"],
        _ => Capital(name),
    };

    /// <summary>Sizes such as xl in capitals, other values with a capital.</summary>
    public static string Value(string name, string value) => name == Size ? value.ToUpperInvariant() : Capital(value);

    /// <param name="attribute">As it is sent, name:value; whatever the visitor wrote into the address.</param>
    public static string Chosen(string attribute)
    {
        var parts = attribute.Split(':', 2);
        return parts.Length == 2 ? Value(parts[0], parts[1]) : attribute;
    }

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
