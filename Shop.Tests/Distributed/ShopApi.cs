using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

/// <summary>The public API as a client uses it: JSON in, JSON out, through the gateway.</summary>
public sealed class ShopApi : IDisposable
{
    private readonly HttpClient _http;

    public ShopApi(Uri gateway) =>
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false })
        {
            BaseAddress = gateway,
            Timeout = TimeSpan.FromSeconds(30),
        };

    public HttpClient Http => _http;

    /// <summary>Registers a customer of a new name and logs in.</summary>
    public async Task<string> RegisterAsync()
    {
        var email = $"customer-{Guid.CreateVersion7():N}@example.test";
        await SendAsync(HttpMethod.Post, "/api/users/register", new { email, password = "Correct-horse-1" }, HttpStatusCode.Created);
        await LoginAsync(email, "Correct-horse-1");
        return email;
    }

    public async Task LoginAsync(string email, string password)
    {
        var tokens = await SendAsync(HttpMethod.Post, "/api/users/login", new { email, password });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)tokens["accessToken"]);
    }

    /// <summary>Products that can be bought, cheapest first.</summary>
    public async Task<JsonArray> ProductsAsync(string query = "sort=price-asc&limit=50") =>
        (await SendAsync(HttpMethod.Get, $"/api/products?{query}"))["items"]!.AsArray();

    /// <summary>A product with at least <paramref name="atLeast"/> units available.</summary>
    public async Task<JsonNode> AnyProductAsync(int atLeast = 10) =>
        (await ProductsAsync()).First(product => (int)product!["available"]! >= atLeast)!;

    public Task<JsonNode> OrderAsync(object body, string? key = null) =>
        SendAsync(HttpMethod.Post, "/api/orders", body, HttpStatusCode.Created, key);

    public Task<JsonNode> PayAsync(string orderId, string method = "sandbox", string? key = null) =>
        SendAsync(HttpMethod.Post, "/api/payments", new { orderId, method }, HttpStatusCode.Accepted, key);

    public async Task<string> StatusAsync(string orderId) => (string)(await SendAsync(HttpMethod.Get, $"/api/orders/{orderId}"))["status"]!;

    public Task<string> BecomesAsync(string orderId, string status, TimeSpan? within = null) =>
        Eventually.BecomesAsync($"order {orderId} is {status}", () => StatusAsync(orderId), seen => seen == status, within);

    /// <summary>Sends and demands <paramref name="expected"/>; the message of a failure carries the answer.</summary>
    public async Task<JsonNode> SendAsync(
        HttpMethod method, string path, object? body = null, HttpStatusCode expected = HttpStatusCode.OK, string? key = null)
    {
        var (status, text) = await TrySendAsync(method, path, body, key);
        Assert.True(status == expected, $"{method} {path}: {(int)status} instead of {(int)expected}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public async Task<(HttpStatusCode Status, string Text)> TrySendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => _http.Dispose();
}
