using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Service.Payments;

/// <summary>Takes every POST, notes its body and answers as the test says.</summary>
internal sealed class ProviderStub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProviderStub(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public ConcurrentQueue<(string Path, JsonElement Body)> Received { get; } = new();

    /// <summary>Cancelled when the caller no longer waits.</summary>
    public Func<CancellationToken, Task> BeforeAnswer { get; set; } = _ => Task.CompletedTask;

    public static async Task<ProviderStub> StartAsync()
    {
        var stub = new ProviderStub(Loopback.Create());
        stub._app.MapPost("/{**path}", stub.TakeAsync);
        await stub._app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body);
        Received.Enqueue((request.Path.Value!, body.RootElement.Clone()));
        await BeforeAnswer(request.HttpContext.RequestAborted);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }
}
