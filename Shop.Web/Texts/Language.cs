using Microsoft.Net.Http.Headers;

namespace Shop.Web.Texts;

/// <summary>The storefront's two languages.</summary>
public static class Language
{
    public const string English = "en";
    public const string Chinese = "zh";
    public const string CookieName = "shop_lang";
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>What the visitor chose, else the best of <c>Accept-Language</c> that there is, else English.</summary>
    public static string Of(HttpContext context) =>
        context.Request.Cookies[CookieName] is English or Chinese
            ? context.Request.Cookies[CookieName]!
            : Negotiate(context.Request.Headers.AcceptLanguage);

    public static void Remember(HttpContext context, string language) => context.Response.Cookies.Append(
        CookieName, language == Chinese ? Chinese : English,
        new() { HttpOnly = true, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax, Secure = context.Request.IsHttps, MaxAge = Remembered, IsEssential = true });

    internal static string Negotiate(IList<string?> header)
    {
        if (!StringWithQualityHeaderValue.TryParseList(header.OfType<string>().ToList(), out var accepted)) return English;
        return accepted
            .Where(language => language.Quality is not 0)
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => Known(language.Value.ToString()))
            .FirstOrDefault(known => known is not null) ?? English;
    }

    private static string? Known(string tag) =>
        tag.StartsWith(Chinese, StringComparison.OrdinalIgnoreCase) ? Chinese
        : tag.StartsWith(English, StringComparison.OrdinalIgnoreCase) ? English
        : null;
}
