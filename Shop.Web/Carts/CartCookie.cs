using System.Buffers.Text;
using System.Security.Cryptography;

namespace Shop.Web.Carts;

/// <summary>The name of a visitor's cart: 128 random bits in a cookie that script cannot read.</summary>
public static class CartCookie
{
    public const string Name = "shop_cart";

    /// <summary>The header by which the services learn the cart; clients cannot set it, the gateway strips it.</summary>
    public const string Header = "X-Cart-Id";

    private const int Bytes = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The visitor's cart, when the cookie holds a well-formed name.</summary>
    public static string? Read(HttpContext context) =>
        context.Items[Name] as string ?? (IsWellFormed(context.Request.Cookies[Name]) ? context.Request.Cookies[Name] : null);

    /// <summary>The visitor's cart; a visitor without one gets a new name and the cookie.</summary>
    public static string ReadOrCreate(HttpContext context)
    {
        if (Read(context) is { } known) return known;
        var created = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        context.Items[Name] = created;
        context.Response.Cookies.Append(Name, created, Options(context, Lifetime));
        return created;
    }

    /// <summary>Forgets the cart, after its content went to a customer's.</summary>
    public static void Delete(HttpContext context)
    {
        context.Items.Remove(Name);
        context.Response.Cookies.Delete(Name, Options(context, null));
    }

    /// <summary>True for base64url of exactly 16 bytes.</summary>
    public static bool IsWellFormed(string? name) =>
        name is { Length: 22 } && Base64Url.IsValid(name, out var length) && length == Bytes;

    private static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
