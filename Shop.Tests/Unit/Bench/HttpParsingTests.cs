using System.Buffers;
using System.Text;
using Shop.Bench.Http;

namespace Shop.Tests.Unit.Bench;

public sealed class HttpParsingTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 200, 12, false, false)]
    [InlineData("HTTP/1.1 404 Not Found\r\ncontent-length:7\r\nConnection: close\r\n\r\n", 404, 7, false, true)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Content-Length: 9\r\nTRANSFER-ENCODING: chunked\r\n\r\n", 200, -1, true, false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, -1, false, false)]
    public void A_head_tells_status_and_length(string text, int status, long length, bool chunked, bool closes)
    {
        var bytes = Encoding.ASCII.GetBytes(text + "rest");
        Assert.True(HttpHead.TryParse(bytes, out var head));
        Assert.Equal(new HttpHead(status, text.Length, length, chunked, closes), head);
        for (var cut = 0; cut < text.Length; cut++)
            Assert.False(HttpHead.TryParse(bytes.AsSpan(0, cut), out _));
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    public void What_is_not_understood_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => HttpHead.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void A_chunked_body_ends_where_it_ends_however_it_is_cut()
    {
        const string Body = "5\r\nhello\r\nC;name=value\r\n wide\r\nworld\r\n0\r\nTrailer: x\r\n\r\n";
        var bytes = Encoding.ASCII.GetBytes(Body + "HTTP/1.1");
        for (var size = 1; size <= bytes.Length; size++)
        {
            var body = new ChunkedBody();
            var sink = new ArrayBufferWriter<byte>();
            var taken = 0;
            for (var at = 0; at < bytes.Length && !body.IsDone; at += size)
                taken += body.Take(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)), sink);
            Assert.True(body.IsDone);
            Assert.Equal(Body.Length, taken);
            Assert.Equal("hello wide\r\nworld", Encoding.ASCII.GetString(sink.WrittenSpan));
        }
    }

    [Fact]
    public void A_chunk_without_a_size_is_refused()
    {
        var body = new ChunkedBody();
        try
        {
            body.Take("\r\n"u8, sink: null);
            Assert.Fail("It was taken.");
        }
        catch (InvalidDataException)
        {
            Assert.False(body.IsDone);
        }
    }
}
