using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

/// <summary>Bad input on every call of the public API: problem+json with a code, naming the field, never a 5xx.</summary>
[Collection(ShopGraph.Collection)]
public sealed class BadInputTests(ShopGraph graph)
{
    private const string Unknown = "00000000-0000-8000-8000-000000000000";

    public static TheoryData<string, string, string?, string?> Calls => new()
    {
        // method, path, body, field that the answer must name (null: the call names no field)
        { "POST", "/api/users/register", """{"email":"nobody","password":"Correct-horse-1"}""", "email" },
        { "POST", "/api/users/register", """{"email":"a@example.test","password":"x"}""", "password" },
        { "POST", "/api/users/register", """{"email":7}""", "email" },
        { "POST", "/api/users/register", "{", null },
        { "POST", "/api/users/login", "{}", "email" },
        { "POST", "/api/users/refresh", """{"refreshToken":""}""", "refreshToken" },
        { "GET", "/api/products?limit=0", null, "limit" },
        { "GET", "/api/products?limit=101", null, "limit" },
        { "GET", "/api/products?limit=many", null, "limit" },
        { "GET", "/api/products?sort=luck", null, "sort" },
        { "GET", "/api/products?minPrice=-1", null, "minPrice" },
        { "GET", "/api/products?minPrice=1.234", null, "minPrice" },
        { "GET", "/api/products?after=%00", null, null },
        { "GET", "/api/products?after=nonsense", null, "after" },
        { "GET", "/api/products?q=%00", null, null },
        { "GET", "/api/products/999999999999", null, null },
        { "GET", "/api/products/x", null, null },
        { "POST", "/api/products", """{"name":"","price":1}""", "name" },
        { "POST", "/api/products", """{"name":"Lamp","price":1.234}""", "price" },
        { "POST", "/api/products", """{"name":"Lamp","price":-1}""", "price" },
        { "POST", "/api/products", """{"name":"Lamp","price":1e300}""", "price" },
        { "PUT", "/api/products/1", """{"price":0}""", "price" },
        { "DELETE", "/api/products/999999999", null, null },
        { "POST", "/api/products/1/stock", """{"quantity":0}""", "quantity" },
        { "POST", "/api/products/1/stock", """{"quantity":2147483648}""", "quantity" },
        { "PUT", "/api/cart/items/1", """{"quantity":-1}""", "quantity" },
        { "PUT", "/api/cart/items/1", """{"quantity":"two"}""", "quantity" },
        { "POST", "/api/cart/items/1", """{"quantity":0}""", "quantity" },
        { "PUT", "/api/cart/items/x", """{"quantity":1}""", null },
        { "DELETE", "/api/cart/items/x", null, null },
        { "POST", "/api/orders", """{"productId":1,"quantity":0}""", "quantity" },
        { "POST", "/api/orders", """{"productId":1,"quantity":1.5}""", "quantity" },
        { "POST", "/api/orders", """{"productId":999999999,"quantity":1}""", null },
        { "POST", "/api/orders", """{"items":[]}""", null },
        { "POST", "/api/orders", """{"productId":1,"quantity":1,"expectedTotal":1.234}""", "expectedTotal" },
        { "POST", "/api/orders", "[]", null },
        { "GET", "/api/orders?limit=-1", null, "limit" },
        { "GET", "/api/orders?after=nonsense", null, "after" },
        { "GET", "/api/orders/" + Unknown, null, null },
        { "GET", "/api/orders/x", null, null },
        { "GET", "/api/orders/" + Unknown + "/events", null, null },
        { "PUT", "/api/orders/" + Unknown, """{"quantity":0}""", "quantity" },
        { "DELETE", "/api/orders/" + Unknown, null, null },
        { "POST", "/api/payments", """{"method":"sandbox"}""", "orderId" },
        { "POST", "/api/payments", """{"orderId":"x","method":"sandbox"}""", "orderId" },
        { "POST", "/api/payments", "{\"orderId\":\"" + Unknown + "\",\"method\":\"cash\"}", "method" },
        { "POST", "/api/payments", "{\"orderId\":\"" + Unknown + "\",\"method\":\"sandbox\"}", "orderId" },
        { "GET", "/api/payments/" + Unknown, null, null },
        { "GET", "/api/payments/x", null, null },
        { "POST", "/api/payments/notifications/sandbox", "{}", null },
        { "POST", "/api/payments/notifications/nobody", "{}", null },
        { "GET", "/api/nowhere", null, null },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task It_is_refused_with_a_problem_that_says_why(string method, string path, string? body, string? field)
    {
        using var administrator = await AdministratorAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await administrator.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.InRange((int)response.StatusCode, 400, 499);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.False(string.IsNullOrEmpty((string?)problem["code"]), text);
        Assert.Equal((int)response.StatusCode, (int)problem["status"]!);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        if (field is not null)
            Assert.True((string?)problem["field"] == field || problem["errors"]?[field] is not null, text);
    }

    [Theory]
    [InlineData(256, 'k')]
    [InlineData(1, '\t')]
    public async Task A_key_that_is_too_long_or_no_text_is_refused_by_name(int length, char character)
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        foreach (var (path, body) in new (string, object)[] { ("/api/orders", new { productId = 1, quantity = 1 }), ("/api/payments", new { orderId = Unknown, method = "sandbox" }) })
        {
            var (status, text) = await customer.TrySendAsync(HttpMethod.Post, path, body, "a" + new string(character, length) + "a");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains("Idempotency-Key", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refused_order_leaves_no_order_and_no_reservation()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var products = await customer.ProductsAsync();
        var (plenty, scarce) = ((long)products[0]!["id"]!, products.Skip(1).First(product => (int)product!["available"]! is > 0 and < 1000)!);
        var id = (string)(await customer.SendAsync(HttpMethod.Get, "/api/users/me"))["id"]!;

        var (status, text) = await customer.TrySendAsync(HttpMethod.Post, "/api/orders",
            new { items = new[] { new { productId = plenty, quantity = 1 }, new { productId = (long)scarce["id"]!, quantity = 1000 } } });
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("sold_out", (string?)JsonNode.Parse(text)!["code"]);
        Assert.Empty((await customer.SendAsync(HttpMethod.Get, "/api/orders"))["items"]!.AsArray());
        // Of this customer: orders of other tests may be sold at any time.
        Assert.Equal(0, await ShopGraph.QueryAsync<long>(graph.App, "catalogdb", "select count(*) from reservations where customer_id = $1", Guid.Parse(id)));
    }

    [Theory]
    [InlineData("GET", "/api/users/me")]
    [InlineData("GET", "/api/orders")]
    [InlineData("POST", "/api/orders")]
    [InlineData("POST", "/api/payments")]
    [InlineData("POST", "/api/products")]
    [InlineData("DELETE", "/api/products/1")]
    public async Task Nobody_gets_in_without_a_token(string method, string path)
    {
        using var visitor = graph.Visitor();
        var (status, text) = await visitor.TrySendAsync(new HttpMethod(method), path);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.NotNull(JsonNode.Parse(text)!["code"]);
    }

    [Theory]
    [InlineData("POST", "/api/products")]
    [InlineData("PUT", "/api/products/1")]
    [InlineData("DELETE", "/api/products/1")]
    [InlineData("POST", "/api/products/1/stock")]
    public async Task A_customer_changes_no_product(string method, string path)
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var (status, _) = await customer.TrySendAsync(new HttpMethod(method), path, new { name = "Mine", price = 1, quantity = 1 });
        Assert.Equal(HttpStatusCode.Forbidden, status);
    }

    [Theory]
    [InlineData("/internal/reservations")]
    [InlineData("/api/../internal/reservations")]
    [InlineData("/api/%2e%2e/internal/reservations")]
    [InlineData("/api/orders/..%2f..%2finternal/reservations")]
    public async Task The_gateway_leads_to_no_internal_endpoint(string path)
    {
        using var administrator = await AdministratorAsync();
        var (status, _) = await administrator.TrySendAsync(HttpMethod.Post, path, new { });
        Assert.InRange((int)status, 400, 499);
        Assert.NotEqual(HttpStatusCode.Unauthorized, status);
    }

    private async Task<ShopApi> AdministratorAsync()
    {
        var administrator = graph.Visitor();
        await administrator.LoginAsync("admin@shop.local", ShopGraph.AdminPassword);
        return administrator;
    }
}
