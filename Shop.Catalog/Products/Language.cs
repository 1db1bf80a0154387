using Microsoft.Net.Http.Headers;

namespace Shop.Catalog.Products;

/// <summary>The two languages of the assortment. English is always there; Chinese falls back to it.</summary>
public static class Language
{
    public const string English = "en";
    public const string Chinese = "zh";

    /// <summary>
    /// The language to answer in: the one asked for, else the best of <c>Accept-Language</c> that we have, else English.
    /// Says so in the answer's headers.
    /// </summary>
    /// <param name="asked">Value of <c>?lang=</c>.</param>
    public static string Choose(HttpContext http, string? asked)
    {
        var language = string.IsNullOrEmpty(asked)
            ? Negotiate(http.Request.GetTypedHeaders().AcceptLanguage)
            : IsChinese(asked) ? Chinese : English;
        http.Response.Headers.ContentLanguage = language;
        http.Response.Headers.Vary = HeaderNames.AcceptLanguage;
        return language;
    }

    internal static string Negotiate(IList<StringWithQualityHeaderValue> accepted)
    {
        foreach (var language in accepted.Where(l => l.Quality is not 0).OrderByDescending(l => l.Quality ?? 1))
        {
            var tag = language.Value.ToString();
            if (IsChinese(tag)) return Chinese;
            if (tag == "*" || tag.StartsWith(English, StringComparison.OrdinalIgnoreCase)) return English;
        }
        return English;
    }

    private static bool IsChinese(string tag) => tag.StartsWith(Chinese, StringComparison.OrdinalIgnoreCase);
}
