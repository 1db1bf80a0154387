using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Service.Catalog;

/// <summary>How an order has its way with the stock. Each answers a word, or the code of a refusal.</summary>
internal interface IStockWay
{
    /// <summary><c>reserved</c>.</summary>
    Task<string> ReserveAsync(Guid order, int revision, params (long Product, int Quantity)[] lines);

    /// <summary><c>sold</c>, or <c>short</c> by how many units.</summary>
    Task<string> PayAsync(Guid order, int revision, long version);

    /// <summary><c>ended</c>.</summary>
    Task<string> EndAsync(Guid order, long version);

    /// <summary><c>returned</c>.</summary>
    Task<string> ReturnAsync(Guid order, string key, long product, int quantity);
}

/// <summary>By internal calls, to one replica after the other.</summary>
internal sealed class HttpWay(CatalogBed bed) : IStockWay, IDisposable
{
    private readonly HttpClient[] _replicas = [bed.Orders(0), bed.Orders(1)];
    private int _calls;

    private HttpClient Orders => _replicas[Interlocked.Increment(ref _calls) & 1];

    public async Task<string> ReserveAsync(Guid order, int revision, params (long Product, int Quantity)[] lines) =>
        Word(await Answer.ReserveAsync(Orders, order, revision, order, lines), "reserved");

    public async Task<string> PayAsync(Guid order, int revision, long version)
    {
        var answer = await Answer.OfAsync(Orders.PostAsJsonAsync($"/internal/reservations/{order}/confirm", new { revision, version }));
        return Word(answer, (int?)answer.Json["shortage"] is > 0 and var units ? $"short {units}" : "sold");
    }

    public async Task<string> EndAsync(Guid order, long version) =>
        Word(await Answer.OfAsync(Orders.DeleteAsync($"/internal/reservations/{order}?version={version}")), "ended");

    public async Task<string> ReturnAsync(Guid order, string key, long product, int quantity)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/returns")
        {
            Content = JsonContent.Create(new { orderId = order, lines = new[] { new { productId = product, quantity } } }),
        };
        request.Headers.Add("Idempotency-Key", key);
        return Word(await Answer.OfAsync(Orders.SendAsync(request)), "returned");
    }

    public void Dispose()
    {
        foreach (var replica in _replicas) replica.Dispose();
    }

    private static string Word(Answer answer, string word) =>
        answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent ? word : answer.Code ?? answer.Status.ToString();
}

/// <summary>By messages, each delivered twice, as a broker may. What one order hears is read from the outbox.</summary>
internal sealed class MessageWay(CatalogBed bed) : IStockWay
{
    public async Task<string> ReserveAsync(Guid order, int revision, params (long Product, int Quantity)[] lines) => Word(await AskAsync(
        order, "reserve-stock", new
        {
            orderId = order, revision, customerId = order, version = 1,
            lines = lines.Select(line => new { productId = line.Product, quantity = line.Quantity }),
        }));

    public async Task<string> PayAsync(Guid order, int revision, long version) =>
        Word(await AskAsync(order, "order-paid", new { orderId = order, revision, version }));

    public async Task<string> EndAsync(Guid order, long version)
    {
        await AskAsync(order, version % 2 == 0 ? "order-cancelled" : "order-expired", new { orderId = order, version });
        return "ended";
    }

    public async Task<string> ReturnAsync(Guid order, string key, long product, int quantity)
    {
        try
        {
            return Word(await AskAsync(
                order, "return-stock", new { orderId = order, key, version = 4, lines = new[] { new { productId = product, quantity } } }));
        }
        catch (ProblemException later)
        {
            return later.Code;
        }
    }

    /// <summary>The last message that the order gets for this one; null for none.</summary>
    public async Task<(string Type, JsonNode Body)?> AskAsync(Guid order, string type, object message, int attempt = 1)
    {
        var before = (await bed.ToldAsync(order)).Count;
        var id = Guid.CreateVersion7();
        Assert.True(await DeliverAsync(order, type, message, id, attempt));
        Assert.False(await DeliverAsync(order, type, message, id, attempt + 1));
        if ((await bed.ToldAsync(order)).Skip(before).LastOrDefault() is not { } told) return null;
        var space = told.IndexOf(' ', StringComparison.Ordinal);
        return (told[..space], JsonNode.Parse(told[space..])!);
    }

    /// <summary>As the consumer does it; false for what was handled before.</summary>
    public async Task<bool> DeliverAsync(Guid order, string type, object message, Guid id, int attempt = 1)
    {
        var consumed = bed.Services.GetRequiredService<MessagingSettings>().Consumed[type];
        var body = JsonSerializer.SerializeToUtf8Bytes(message);
        var envelope = new Envelope(id, type, order, Version: 1, TraceParent: null, TraceState: null, body) { Attempt = attempt };
        return await bed.Services.GetRequiredService<Inbox>().HandleAsync(consumed, consumed.Read(body), envelope, CancellationToken.None);
    }

    private static string Word((string Type, JsonNode Body)? told) => told switch
    {
        null => "",
        ("stock-reserved", _) => "reserved",
        ("stock-returned", _) => "returned",
        ("stock-confirmed", var body) => (int)body["shortage"]! is > 0 and var units ? $"short {units}" : "sold",
        var (_, body) => (string)body["code"]!,
    };
}
