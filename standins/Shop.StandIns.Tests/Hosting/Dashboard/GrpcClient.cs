using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Aspire.Hosting.Dashboard;
using Google.Protobuf;

namespace Shop.StandIns.Tests.Hosting.Dashboard;

/// <summary>The dashboard's side of the wire, by hand over HttpClient.</summary>
internal sealed class GrpcClient(string address, string? key) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address) };

    public async Task<HttpResponseMessage> SendAsync(string method, byte[] body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/aspire.v1.DashboardService/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        if (key is not null)
            request.Headers.Add(ResourceServer.KeyHeader, key);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public async Task<T> CallAsync<T>(string method, IMessage message, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        using var response = await SendAsync(method, Frame(message), cancellationToken);
        var answer = await ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), parser, cancellationToken);
        return answer ?? throw new InvalidOperationException($"{method} ended with status {StatusOf(response)}.");
    }

    public async IAsyncEnumerable<T> WatchAsync<T>(
        string method, IMessage message, MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        using var response = await SendAsync(method, Frame(message), cancellationToken);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (await ReadAsync(stream, parser, cancellationToken) is { } next)
            yield return next;
    }

    public static string StatusOf(HttpResponseMessage response) =>
        (response.Headers.TryGetValues("grpc-status", out var header) ? header : response.TrailingHeaders.GetValues("grpc-status")).Single();

    public static byte[] Frame(IMessage message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        return frame;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var prefix = new byte[5];
        if (await stream.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false, cancellationToken) < 5)
            return default;
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await stream.ReadExactlyAsync(message, cancellationToken);
        return parser.ParseFrom(message);
    }
}
