using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Bench.Cache;

namespace Shop.Tests.Scenarios;

/// <summary>
/// Visitors who look at products and lists, and customers who order and pay, through both replicas of each service. Each
/// customer sends the order twice at the same moment, to one replica and to the other.
/// </summary>
internal sealed class Traffic : IDisposable
{
    private const double Popularity = 1.0;
    private const int Attempts = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Lists = ["sort=newest", "sort=price-asc", "sort=price-desc", "inStock=true"];

    private readonly OutageShop _shop;
    private readonly IReadOnlyList<long> _onSale;
    private readonly HttpClient[] _catalog;
    private readonly HttpClient[] _orders;
    private readonly HttpClient _payments;
    private readonly Zipf _popular;
    private readonly Random _random = new(1);
    private int _repeated;

    /// <param name="browsing">Visitors per second.</param>
    /// <param name="buying">Customers per second.</param>
    /// <param name="onSale">Products that they order.</param>
    public Traffic(OutageShop shop, double browsing, double buying, IReadOnlyList<long> onSale)
    {
        (_shop, _onSale) = (shop, onSale);
        _catalog = [.. shop.Catalog.Select(Client)];
        _orders = [.. shop.Orders.Select(Client)];
        _payments = Client(shop.Payments);
        _popular = new Zipf(shop.Assortment.Count, Popularity);
        Browsing = new Visits(browsing, BrowseAsync);
        Buying = new Visits(buying, BuyAsync);
    }

    public Visits Browsing { get; }

    public Visits Buying { get; }

    /// <summary>Orders that were confirmed to their customers.</summary>
    public ConcurrentDictionary<Guid, long> Ordered { get; } = new();

    /// <summary>Orders and payments that were sent again, since there was no answer or a 5xx.</summary>
    public int Repeated => _repeated;

    public Task PhaseAsync(string phase, TimeSpan length) => Task.WhenAll(Browsing.PhaseAsync(phase, length), Buying.PhaseAsync(phase, length));

    public void Dispose()
    {
        foreach (var client in _catalog.Concat(_orders).Append(_payments)) client.Dispose();
    }

    private static HttpClient Client(Uri address) => new() { BaseAddress = address, Timeout = Patience };

    private async Task<string?> BrowseAsync(int number)
    {
        var path = number % 5 == 0 ? $"/api/products?limit=24&{Lists[number / 5 % Lists.Length]}" : $"/api/products/{_shop.Assortment[_popular.Rank(Next())]}";
        using var answer = await _catalog[number % 2].GetAsync(path);
        return answer.StatusCode == HttpStatusCode.OK ? null : $"{(int)answer.StatusCode} for a {(path.Contains('?', StringComparison.Ordinal) ? "list" : "product")}";
    }

    private async Task<string?> BuyAsync(int number)
    {
        var (customer, product) = (Guid.CreateVersion7(), _onSale[number % _onSale.Count]);
        var order = new { productId = product, quantity = 1 };
        var answers = await Task.WhenAll(_orders.Select(replica => AnswerAsync(replica, "/api/orders", customer, order)));
        if (answers[0] != answers[1]) return $"{Brief(answers[0])} and {Brief(answers[1])} to an order";
        var (status, body) = answers[0];
        if (status == HttpStatusCode.Conflict && body == "sold_out") return null;
        if (status != HttpStatusCode.Created) return $"{Brief(answers[0])} to an order";

        var id = JsonElement.Parse(body).GetProperty("id").GetGuid();
        Ordered[id] = product;
        var paid = await AnswerAsync(_payments, "/api/payments", customer, new { orderId = id, method = "sandbox" });
        return paid.Status == HttpStatusCode.Accepted ? null : $"{Brief(paid)} to a payment";
    }

    /// <summary>Who gets no answer, or is asked to come back, comes back with the same key.</summary>
    private async Task<(HttpStatusCode Status, string Body)> AnswerAsync(HttpClient to, string path, Guid customer, object body)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await SendAsync(to, path, customer, body);
                if (answer.Status < HttpStatusCode.InternalServerError || attempt == Attempts) return answer;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException && attempt < Attempts)
            {
                // What became of it, the next attempt will tell.
            }
            Interlocked.Increment(ref _repeated);
        }
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpClient to, string path, Guid customer, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = _shop.Bearer(customer);
        request.Headers.Add("Idempotency-Key", "once");
        using var answer = await to.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        // Problems carry an id of their own request.
        return (answer.StatusCode, answer.IsSuccessStatusCode ? text : Code(text));
    }

    // An order's own text would make a kind of its own of each that went wrong.
    private static string Brief((HttpStatusCode Status, string Body) answer) =>
        answer.Status < HttpStatusCode.Ambiguous ? $"{answer.Status}" : $"{answer.Status} {answer.Body}";

    private static string Code(string problem) =>
        JsonElement.Parse(problem).TryGetProperty("code", out var code) ? code.GetString()! : "";

    private double Next()
    {
        lock (_random) return _random.NextDouble();
    }
}
