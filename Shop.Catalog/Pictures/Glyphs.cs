using System.Collections.Frozen;
using System.Globalization;
using System.Xml.Linq;

namespace Shop.Catalog.Pictures;

/// <param name="Hue">The category's colour, in degrees.</param>
/// <param name="Markup">SVG elements in a field of 100 × 100.</param>
public sealed record Glyph(int Hue, string Markup);

/// <summary>The drawings of <c>glyphs.svg</c> by category.</summary>
public static class Glyphs
{
    private const string Fallback = "more";
    private static readonly FrozenDictionary<string, Glyph> ByCategory = Load();

    public static Glyph Of(string category) => ByCategory.GetValueOrDefault(category) ?? ByCategory[Fallback];

    private static FrozenDictionary<string, Glyph> Load()
    {
        using var stream = typeof(Glyphs).Assembly.GetManifestResourceStream("glyphs.svg")!;
        return XDocument.Load(stream).Root!.Elements().ToFrozenDictionary(
            group => group.Attribute("id")!.Value,
            group => new Glyph(
                int.Parse(group.Attribute("data-hue")!.Value, CultureInfo.InvariantCulture),
                string.Concat(group.Elements().Select(WithoutNamespace))));
    }

    private static string WithoutNamespace(XElement element) =>
        new XElement(element.Name.LocalName, element.Attributes()).ToString(SaveOptions.DisableFormatting);
}
