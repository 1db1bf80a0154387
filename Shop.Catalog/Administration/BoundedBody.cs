using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Administration;

/// <summary>
/// A request's body up to a bound, in bytes. The bound of the server itself is larger: it cuts the connection, and a client
/// that is still sending would see no answer.
/// </summary>
public sealed class BoundedBody : Stream
{
    private readonly Stream _body;
    private readonly int _bound;
    private long _read;

    /// <exception cref="ProblemException">413, here and when reading.</exception>
    public BoundedBody(HttpRequest request, int bound)
    {
        (_body, _bound) = (request.Body, bound);
        if (request.ContentLength > bound) throw TooLarge();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _body.ReadAsync(buffer, cancellationToken);
        _read += count;
        return _read <= _bound ? count : throw TooLarge();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    private ProblemException TooLarge() => new(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.ForStatus(StatusCodes.Status413PayloadTooLarge),
        $"The body may have at most {_bound} bytes.");
}
