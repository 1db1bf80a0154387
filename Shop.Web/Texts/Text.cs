using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Shop.Web.Texts;

/// <summary>All texts of the pages, read once from the embedded en.json and zh.json.</summary>
public sealed class TextCatalog
{
    public TextCatalog() => (English, Chinese) = (Read(Language.English), Read(Language.Chinese));

    public FrozenDictionary<string, string> English { get; }

    public FrozenDictionary<string, string> Chinese { get; }

    private static FrozenDictionary<string, string> Read(string language)
    {
        using var stream = typeof(TextCatalog).Assembly.GetManifestResourceStream($"{language}.json")
            ?? throw new InvalidOperationException($"{language}.json is not embedded");
        return JsonSerializer.Deserialize(stream, WebJson.Default.DictionaryStringString)!.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>The texts in the language of this request.</summary>
public sealed class Text(TextCatalog catalog, IHttpContextAccessor accessor)
{
    /// <summary>"en" or "zh".</summary>
    public string Language { get; } = accessor.HttpContext is { } context ? Texts.Language.Of(context) : Texts.Language.English;

    public bool IsChinese => Language == Texts.Language.Chinese;

    /// <summary>Value of the page's <c>lang</c> attribute.</summary>
    public string LanguageTag => IsChinese ? "zh-CN" : "en";

    public string this[string key] => (IsChinese ? catalog.Chinese : catalog.English)[key];

    public string this[string key, params object[] values] => string.Format(CultureInfo.InvariantCulture, this[key], values);

    /// <summary>The text when there is one, else the text of <paramref name="otherwise"/>: for codes that other services invent.</summary>
    public string Or(string key, string otherwise) =>
        (IsChinese ? catalog.Chinese : catalog.English).TryGetValue(key, out var text) ? text : this[otherwise];

    /// <summary>A name in the visitor's language where there is one.</summary>
    public string Name(string name, string? nameZh) => IsChinese && !string.IsNullOrEmpty(nameZh) ? nameZh : name;
}
