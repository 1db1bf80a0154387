using System.Net;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Dashboard.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Shop.StandIns.Tests.Hosting.Dashboard;

/// <summary>The wire itself: framing, keys, statuses.</summary>
public sealed class ResourceServerTests : IAsyncLifetime
{
    private const string Key = "the-key-of-this-run";

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));
    private ResourceServer _server = null!;

    public async Task InitializeAsync() => _server = await ResourceServer.StartAsync(
        new Dictionary<string, GrpcMethod>
        {
            ["Echo"] = async (request, response, token) =>
            {
                var asked = await GrpcFrames.ReadAsync(request, WatchResourceConsoleLogsRequest.Parser, token);
                await GrpcFrames.WriteAsync(response, asked, token);
                await GrpcFrames.WriteAsync(response, asked, token);
            },
            ["Break"] = (_, _, _) => throw new InvalidOperationException("out of order"),
        },
        Key, NullLogger.Instance, _deadline.Token);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _deadline.Dispose();
    }

    [Fact]
    public async Task A_message_larger_than_one_frame_of_http2_comes_back_whole_and_twice()
    {
        using var client = new GrpcClient(_server.Address, Key);
        var sent = new WatchResourceConsoleLogsRequest { ResourceName = new string('x', 200_000), SuppressFollow = true };
        var received = new List<WatchResourceConsoleLogsRequest>();
        await foreach (var message in client.WatchAsync("Echo", sent, WatchResourceConsoleLogsRequest.Parser, _deadline.Token))
            received.Add(message);
        Assert.Equal([sent, sent], received);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("the-key-of-this-ruN")]
    public async Task A_call_without_the_key_is_refused(string? key)
    {
        using var client = new GrpcClient(_server.Address, key);
        using var response = await client.SendAsync("Echo", GrpcClient.Frame(new WatchResourceConsoleLogsRequest()), _deadline.Token);
        Assert.Equal("16", await StatusAsync(response));
    }

    [Fact]
    public async Task A_method_that_is_not_offered_is_unimplemented_in_the_headers()
    {
        using var client = new GrpcClient(_server.Address, Key);
        using var response = await client.SendAsync("WatchInteractions", [], _deadline.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 }, "3")]                             // ends inside the prefix
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "3")]                    // ends inside the message
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 255, 255 }, "3")]             // not protobuf
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "12")]                      // compressed
    [InlineData(new byte[] { 0, 127, 0, 0, 0 }, "8")]                     // two gigabytes announced
    public async Task A_broken_request_ends_with_a_status(byte[] body, string status)
    {
        using var client = new GrpcClient(_server.Address, Key);
        using var response = await client.SendAsync("Echo", body, _deadline.Token);
        Assert.Equal(status, await StatusAsync(response));
    }

    [Fact]
    public async Task A_failure_inside_a_method_is_told_with_its_message()
    {
        using var client = new GrpcClient(_server.Address, Key);
        using var response = await client.SendAsync("Break", [], _deadline.Token);
        Assert.Equal("13", await StatusAsync(response));
        Assert.Equal("out%20of%20order", response.Headers.GetValues("grpc-message").Single());
    }

    private async Task<string> StatusAsync(HttpResponseMessage response)
    {
        await response.Content.LoadIntoBufferAsync(_deadline.Token);
        return GrpcClient.StatusOf(response);
    }
}
