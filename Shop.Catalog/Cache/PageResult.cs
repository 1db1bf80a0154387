using Microsoft.Extensions.Primitives;

namespace Shop.Catalog.Cache;

/// <summary>Sends a page: 304 when the client has it, else in the best encoding that it takes.</summary>
public sealed class PageResult(CachedPage page) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        response.Headers.ETag = page.Tag;
        // Kept by browsers, and asked for each time: the answer is then a 304 of a few bytes.
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept-Language, Accept-Encoding";
        if (Matches(request.Headers.IfNoneMatch, page.Tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        var body = Choose(request.Headers.AcceptEncoding, out var encoding);
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        return response.BodyWriter.WriteAsync(body).AsTask();
    }

    // Weak comparison (RFC 9110, 8.8.3.2): the prefix W/ makes no difference.
    internal static bool Matches(StringValues asked, string tag)
    {
        if (asked.Count == 0) return false;
        var opaque = tag.AsSpan(2);
        foreach (var header in asked)
        {
            foreach (var part in header.AsSpan().Split(','))
            {
                var one = header.AsSpan()[part].Trim();
                if (one is "*" || (one.StartsWith("W/") ? one[2..] : one).SequenceEqual(opaque)) return true;
            }
        }
        return false;
    }

    private byte[] Choose(StringValues accepted, out string? encoding)
    {
        var best = ContentCodings.Choose(accepted);
        (var body, encoding) = best switch
        {
            ContentCoding.Brotli when page.Brotli is not null => (page.Brotli, "br"),
            ContentCoding.Brotli or ContentCoding.Gzip when page.Gzip is not null && ContentCodings.Accepts(accepted, "gzip") =>
                (page.Gzip, "gzip"),
            _ => (page.Plain, null),
        };
        return body;
    }
}
