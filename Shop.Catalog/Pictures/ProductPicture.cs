using System.Globalization;
using System.Security;
using System.Text;

namespace Shop.Catalog.Pictures;

/// <summary>
/// A product's picture, drawn from its data: the category's colours and drawing, shapes that differ by product, the
/// initials of the name. The same input gives the same bytes.
/// </summary>
public static class ProductPicture
{
    private const int Initials = 2;

    public static string Draw(long id, string name, string category)
    {
        var glyph = Glyphs.Of(category);
        var seed = Mix((ulong)id);
        var hue = (glyph.Hue + (int)(seed % 25) - 12 + 360) % 360;
        var accent = (hue + 150 + (int)(seed / 25 % 60)) % 360;
        var tilt = (int)(seed / 1500 % 13) - 6;
        var (x, y) = ((int)(seed / 20_000 % 300) + 50, (int)(seed / 6_000_000 % 200) + 20);
        var label = SecurityElement.Escape(InitialsOf(name));
        var title = SecurityElement.Escape(Printable(name));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img" aria-label="{{title}}">
            <title>{{title}}</title>
            <defs>
            <linearGradient id="b" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl({{hue}},62%,95%)"/><stop offset="1" stop-color="hsl({{(hue + 28) % 360}},52%,80%)"/></linearGradient>
            <filter id="s" x="-20%" y="-20%" width="140%" height="150%"><feDropShadow dx="0" dy="3" stdDeviation="3" flood-color="hsl({{hue}},45%,25%)" flood-opacity=".28"/></filter>
            </defs>
            <style>.m{fill:hsl({{hue}},58%,56%)}.d{fill:hsl({{hue}},48%,30%)}.w{fill:#fff}.a{fill:hsl({{accent}},68%,62%)}.l{fill:none;stroke:hsl({{hue}},48%,30%);stroke-linecap:round;stroke-linejoin:round}</style>
            <rect width="400" height="400" fill="url(#b)"/>
            <circle cx="{{x}}" cy="{{y}}" r="{{90 + (int)(seed % 60)}}" fill="#fff" opacity=".38"/>
            <circle cx="{{400 - x}}" cy="{{400 - y / 2}}" r="{{60 + (int)(seed % 40)}}" fill="hsl({{accent}},60%,75%)" opacity=".35"/>
            <ellipse cx="200" cy="330" rx="112" ry="13" fill="hsl({{hue}},40%,25%)" opacity=".16"/>
            <g transform="translate(90 92) rotate({{tilt}} 110 110) scale(2.2)" filter="url(#s)">{{glyph.Markup}}</g>
            <rect x="318" y="22" width="60" height="36" rx="18" fill="#fff" opacity=".85"/>
            <text x="348" y="47" text-anchor="middle" font-family="system-ui,sans-serif" font-size="19" font-weight="700" fill="hsl({{hue}},48%,30%)">{{label}}</text>
            </svg>
            """);
    }

    /// <summary>The first letters of the first two words, or the first two characters of a name without words.</summary>
    internal static string InitialsOf(string name)
    {
        var words = Printable(name).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var letters = words.Length > 1
            ? words.Take(Initials).Select(word => word.EnumerateRunes().First())
            : words.SelectMany(word => word.EnumerateRunes()).Take(Initials);
        return string.Concat(letters.Select(letter => letter.ToString().ToUpperInvariant()));
    }

    // XML holds no control characters, half surrogates or non-characters.
    private static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            printable.Append(Rune.IsControl(rune) || rune.Value is 0xFFFE or 0xFFFF ? " " : rune.ToString());
        return printable.ToString();
    }

    // Spreads neighbouring ids over the whole range (the finalizer of SplitMix64).
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
