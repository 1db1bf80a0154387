using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shop.Bench.Http;
using Shop.Bench.Load;

namespace Shop.Tests.Service.Bench;

/// <summary>The load tool's own client against a real Kestrel.</summary>
public sealed class HttpConnectionTests : IAsyncLifetime
{
    private const int LargeBody = 300_000;
    private readonly List<string> _connections = [];
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _app = null!;

    private Uri Address => new(_app.Urls.Single());

    public async Task InitializeAsync()
    {
        _app = Loopback.Create();
        _app.Use((context, next) =>
        {
            lock (_connections) _connections.Add(context.Connection.Id);
            return next(context);
        });
        _app.MapGet("/sized", () => Results.Text("hello", "text/plain"));
        _app.MapGet("/large", () => Results.Bytes(new byte[LargeBody], "application/octet-stream"));
        _app.MapGet("/chunked", async (HttpContext context) =>
        {
            for (var i = 0; i < 40; i++) await context.Response.WriteAsync(new string((char)('a' + (i % 26)), i * 100));
        });
        _app.MapGet("/empty", () => Results.NoContent());
        _app.MapGet("/close", (HttpContext context) =>
        {
            context.Response.Headers.Connection = "close";
            return "bye";
        });
        _app.MapPost("/echo", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            return Results.Text(await reader.ReadToEndAsync(), statusCode: 409);
        });
        _app.MapGet("/stall", (HttpContext context) =>
        {
            _arrived.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await _app.StartAsync();
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task One_connection_serves_answers_of_every_kind()
    {
        using var connection = Connect();
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal((200, "hello"), await GetAsync(connection, "/sized"));
            Assert.Equal((200, string.Concat(Enumerable.Range(0, 40).Select(i => new string((char)('a' + (i % 26)), i * 100)))), await GetAsync(connection, "/chunked"));
            Assert.Equal((404, ""), await GetAsync(connection, "/nothing"));
            Assert.Equal((204, ""), await GetAsync(connection, "/empty"));
            Assert.Equal(LargeBody, (await GetAsync(connection, "/large")).Body.Length);
            Assert.Equal((409, "{\"a\":1}"), await SendAsync(connection, RequestBytes.Of("POST", new(Address, "/echo"), "application/json", "{\"a\":1}"u8.ToArray())));
        }
        Assert.Equal(1, connection.Connects);
        Assert.Single(_connections.Distinct());
    }

    [Fact]
    public async Task A_connection_that_the_server_closes_is_made_anew()
    {
        using var connection = Connect();
        Assert.Equal((200, "bye"), await GetAsync(connection, "/close"));
        Assert.Equal((200, "hello"), await GetAsync(connection, "/sized"));
        Assert.Equal(2, connection.Connects);
    }

    [Fact]
    public async Task An_aborted_call_ends_with_an_error_and_the_next_one_works()
    {
        using var connection = Connect();
        var stalled = GetAsync(connection, "/stall");
        await _arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        connection.Abort();
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => stalled.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((200, "hello"), await GetAsync(connection, "/sized"));
    }

    [Fact]
    public async Task Head_and_body_can_be_captured()
    {
        using var connection = Connect();
        var body = new ArrayBufferWriter<byte>();
        var head = await connection.CaptureAsync(RequestBytes.Get(new(Address, "/sized")), body, CancellationToken.None);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain", head, StringComparison.Ordinal);
        Assert.Equal("hello", Encoding.UTF8.GetString(body.WrittenSpan));
    }

    private HttpConnection Connect() => new(new IPEndPoint(IPAddress.Loopback, Address.Port));

    private Task<(int Status, string Body)> GetAsync(HttpConnection connection, string path) =>
        SendAsync(connection, RequestBytes.Get(new(Address, path)));

    private static async Task<(int Status, string Body)> SendAsync(HttpConnection connection, byte[] request)
    {
        var body = new ArrayBufferWriter<byte>();
        var status = await connection.SendAsync(request, body, CancellationToken.None);
        return (status, Encoding.UTF8.GetString(body.WrittenSpan));
    }
}
