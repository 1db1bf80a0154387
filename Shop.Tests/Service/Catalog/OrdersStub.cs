using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Service.Catalog;

internal sealed record StubStatesRequest(Guid[] OrderIds);

/// <summary>Stands in for Orders where Catalog asks it how orders stand. It knows none until it is told.</summary>
internal sealed class OrdersStub : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, (string Status, int Revision, long Version)> _orders = new();
    private WebApplication _app = null!;

    /// <summary>Answers 503 to everything.</summary>
    public bool Away { get; set; }

    public string Address { get; private set; } = "";

    public async Task StartAsync(string key)
    {
        _app = Loopback.Create();
        _app.MapPost("/internal/orders/states", (StubStatesRequest body, HttpRequest request) =>
            Away ? Results.StatusCode(503) : request.Headers["X-Service-Key"] == key ? States(body) : Results.StatusCode(401));
        await _app.StartAsync();
        Address = _app.Urls.Single();
    }

    public void Put(Guid orderId, string status, long version, int revision = 1) => _orders[orderId] = (status, revision, version);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult States(StubStatesRequest body) => Results.Ok(new
    {
        states = body.OrderIds.Where(_orders.ContainsKey)
            .Select(id => new { orderId = id, status = _orders[id].Status, revision = _orders[id].Revision, version = _orders[id].Version }),
    });
}
