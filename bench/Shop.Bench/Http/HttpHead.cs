using System.Buffers.Text;

namespace Shop.Bench.Http;

/// <summary>What a client must know of a response's head to find the response's end.</summary>
/// <param name="Length">Bytes of the head itself, with the empty line.</param>
/// <param name="ContentLength">-1 when the head does not say.</param>
/// <param name="Closes">The server will close the connection after this response.</param>
public readonly record struct HttpHead(int Status, int Length, long ContentLength, bool Chunked, bool Closes)
{
    private static ReadOnlySpan<byte> End => "\r\n\r\n"u8;

    public bool HasBody => Status is not (204 or 304) && (Chunked || ContentLength != 0);

    /// <summary>False until the whole head is there.</summary>
    /// <exception cref="InvalidDataException">Not an HTTP/1.1 response.</exception>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out HttpHead head)
    {
        head = default;
        var end = bytes.IndexOf(End);
        if (end < 0) return false;
        if (!bytes.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(bytes.Slice(9, 3), out int status, out var digits) || digits != 3)
            throw new InvalidDataException("The answer is not HTTP/1.1.");
        var (contentLength, chunked, closes) = (-1L, false, false);
        foreach (var line in new Lines(bytes[..end]))
        {
            if (Is(line, "content-length:"u8, out var value))
                contentLength = Utf8Parser.TryParse(value, out long length, out _) ? length : throw new InvalidDataException("Bad Content-Length.");
            else if (Is(line, "transfer-encoding:"u8, out value))
                chunked = Same(value, "chunked"u8);
            else if (Is(line, "connection:"u8, out value))
                closes = Same(value, "close"u8);
        }
        head = new HttpHead(status, end + End.Length, contentLength, chunked, closes);
        return true;
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var found = line.Length > name.Length && Same(line[..name.Length], name);
        value = found ? line[name.Length..].Trim((byte)' ') : default;
        return found;
    }

    private static bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => System.Text.Ascii.EqualsIgnoreCase(left, right);

    private ref struct Lines(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;
        private bool _done;

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly Lines GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_done) return false;
            var end = _rest.IndexOf("\r\n"u8);
            _done = end < 0;
            Current = _done ? _rest : _rest[..end];
            if (!_done) _rest = _rest[(end + 2)..];
            return true;
        }
    }
}
