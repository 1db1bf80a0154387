using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Shop.Bench.Http;

/// <summary>
/// HTTP/1.1 with keep-alive over one socket, one request at a time, and no more than a load tool needs: the request comes
/// as bytes, of the response only the status is kept. It connects when there is no connection, never on its own again
/// within a request. Much cheaper per request than HttpClient, and the loader shares a small machine with what it measures.
/// </summary>
public sealed class HttpConnection(EndPoint server) : IDisposable
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;
    private int _start;
    private int _end;

    /// <summary>Connections made so far: 1 when the server keeps the connection alive.</summary>
    public int Connects { get; private set; }

    /// <summary>Sends a request, reads the whole response, and answers its status.</summary>
    /// <param name="sink">Gets the body; null when nobody asks for it.</param>
    /// <exception cref="SocketException">No connection, or it broke.</exception>
    /// <exception cref="InvalidDataException">The response is not HTTP/1.1, or it ended early.</exception>
    public async ValueTask<int> SendAsync(
        ReadOnlyMemory<byte> request, IBufferWriter<byte>? sink, CancellationToken cancellationToken)
    {
        try
        {
            var head = await HeadAsync(request, cancellationToken);
            if (head.HasBody) await BodyAsync(head, sink, cancellationToken);
            if (head.Closes || _start != _end) Close();
            return head.Status;
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Sends a request and answers the response's head as it came. The body, if any, goes to the sink.</summary>
    public async Task<string> CaptureAsync(ReadOnlyMemory<byte> request, IBufferWriter<byte> sink, CancellationToken cancellationToken)
    {
        Close();
        var head = await HeadAsync(request, cancellationToken);
        var text = System.Text.Encoding.ASCII.GetString(_buffer, 0, head.Length);
        if (head.HasBody) await BodyAsync(head, sink, cancellationToken);
        return text;
    }

    /// <summary>Ends a running request with an error; any thread.</summary>
    public void Abort() => _socket?.Close();

    public void Dispose() => Close();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<HttpHead> HeadAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        _socket ??= await ConnectAsync(cancellationToken);
        var sent = 0;
        while (sent < request.Length)
            sent += await _socket.SendAsync(request[sent..], SocketFlags.None, cancellationToken);
        (_start, _end) = (0, 0);
        while (true)
        {
            await ReceiveAsync(cancellationToken);
            if (HttpHead.TryParse(_buffer.AsSpan(0, _end), out var head))
            {
                _start = head.Length;
                return head;
            }
            if (_end == _buffer.Length) throw new InvalidDataException("The response's head is too long.");
        }
    }

    private async ValueTask BodyAsync(HttpHead head, IBufferWriter<byte>? sink, CancellationToken cancellationToken)
    {
        if (head.Chunked) await ChunkedAsync(sink, cancellationToken);
        else if (head.ContentLength > 0) await SizedAsync(head.ContentLength, sink, cancellationToken);
        else throw new InvalidDataException("The response does not tell its length.");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SizedAsync(long length, IBufferWriter<byte>? sink, CancellationToken cancellationToken)
    {
        while (true)
        {
            var part = (int)Math.Min(length, _end - _start);
            sink?.Write(_buffer.AsSpan(_start, part));
            _start += part;
            length -= part;
            if (length == 0) return;
            await RefillAsync(cancellationToken);
        }
    }

    private async ValueTask ChunkedAsync(IBufferWriter<byte>? sink, CancellationToken cancellationToken)
    {
        var body = new ChunkedBody();
        while (true)
        {
            _start += body.Take(_buffer.AsSpan(_start, _end - _start), sink);
            if (body.IsDone) return;
            await RefillAsync(cancellationToken);
        }
    }

    private ValueTask RefillAsync(CancellationToken cancellationToken)
    {
        (_start, _end) = (0, 0);
        return ReceiveAsync(cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync(CancellationToken cancellationToken)
    {
        var received = await _socket!.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
        if (received == 0) throw new InvalidDataException("The connection ended within a response.");
        _end += received;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            Connects++;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
