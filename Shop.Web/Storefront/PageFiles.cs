using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;

namespace Shop.Web.Storefront;

/// <summary>
/// Static files of the pages. Links carry a hash of the content, and what is asked for with its hash may be kept for a
/// year. Works for published and built output alike.
/// </summary>
public sealed class PageFiles
{
    private const string Forever = "public, max-age=31536000, immutable";
    private static readonly string[] Files = ["/shop.css", "/shop.js", "/icon.svg", "/_framework/blazor.web.js"];
    private readonly Dictionary<string, string> _addresses;

    public PageFiles(IWebHostEnvironment environment) =>
        _addresses = Files.ToDictionary(file => file, file => Address(environment, file), StringComparer.Ordinal);

    /// <summary>The file's address with its hash.</summary>
    public string this[string file] => _addresses[file];

    /// <summary>Lets browsers keep a file that was asked for by its present hash; others are asked about again.</summary>
    public void SetCaching(StaticFileResponseContext served)
    {
        var request = served.Context.Request;
        var current = _addresses.TryGetValue(request.Path.Value ?? "", out var address) && address == request.Path + request.QueryString.Value;
        served.Context.Response.Headers.CacheControl = current ? Forever : "no-cache";
    }

    private static string Address(IWebHostEnvironment environment, string file)
    {
        var info = environment.WebRootFileProvider.GetFileInfo(file);
        if (!info.Exists) return file;
        using var content = info.CreateReadStream();
        return $"{file}?v={Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 9))}";
    }
}
