using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Shop.Catalog.Cache;

namespace Shop.Tests.Unit.Catalog.Cache;

public sealed class PageResultTests
{
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"name\":\"Kettle 水壶\"}", 100)));
    private readonly CachedPage _page = CachedPage.Of(Bytes);

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("GZIP;q=0.5", "gzip")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.0", null)]
    [InlineData("*", "br")]
    [InlineData("*;q=0", null)]
    [InlineData("identity", null)]
    public async Task The_body_is_sent_as_the_client_takes_it_and_is_always_the_same_content(string? accepted, string? encoding)
    {
        var (response, body) = await SendAsync(http => http.Request.Headers.AcceptEncoding = accepted);
        Assert.Equal(encoding ?? "", response.Headers.ContentEncoding.ToString());
        Assert.Equal(body.Length, response.ContentLength);
        Assert.Equal(Bytes, Decoded(body, encoding));
        Assert.Contains("Accept-Encoding", response.Headers.Vary.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_has_the_page_gets_304_without_a_body()
    {
        foreach (var known in (string[])[_page.Tag, _page.Tag[2..], $"\"x\", {_page.Tag}", "*"])
        {
            var (response, body) = await SendAsync(http => http.Request.Headers.IfNoneMatch = new StringValues(known));
            Assert.Equal((304, 0, _page.Tag), (response.StatusCode, body.Length, response.Headers.ETag.ToString()));
        }
        var (other, _) = await SendAsync(http => http.Request.Headers.IfNoneMatch = "W/\"0011\"");
        Assert.Equal(200, other.StatusCode);
    }

    [Fact]
    public void The_tag_follows_the_content()
    {
        Assert.Equal(_page.Tag, CachedPage.Of([.. Bytes]).Tag);
        Assert.NotEqual(_page.Tag, CachedPage.Of([.. Bytes, 32]).Tag);
    }

    [Fact]
    public void A_small_body_is_left_as_it_is() => Assert.Null(CachedPage.Of([1, 2, 3]).Gzip);

    private async Task<(HttpResponse Response, byte[] Body)> SendAsync(Action<HttpContext> ask)
    {
        var http = new DefaultHttpContext();
        using var body = new MemoryStream();
        http.Response.Body = body;
        ask(http);
        await new PageResult(_page).ExecuteAsync(http);
        await http.Response.BodyWriter.FlushAsync();
        return (http.Response, body.ToArray());
    }

    private static byte[] Decoded(byte[] body, string? encoding)
    {
        using var source = new MemoryStream(body);
        using Stream stream = encoding switch
        {
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            _ => source,
        };
        using var target = new MemoryStream();
        stream.CopyTo(target);
        return target.ToArray();
    }
}
