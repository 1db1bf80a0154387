namespace Shop.Web.Storefront;

/// <summary>Where to go after a form: only to this shop.</summary>
public static class LocalAddress
{
    /// <summary>The address when it is a path of this site, else <paramref name="otherwise"/>.</summary>
    public static string Of(string? address, string otherwise = "/") => IsLocal(address) ? address! : otherwise;

    // "//host" and "/\host" are other hosts to a browser, and it drops control characters before it looks.
    internal static bool IsLocal(string? address) =>
        address is ['/', ..] && (address.Length == 1 || address[1] is not ('/' or '\\')) && !address.Any(char.IsControl);
}
