using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests.Service.Catalog;

/// <summary>Scenario T24 for Catalog: who may call what. An endpoint that is missing here, or is here and gone, fails.</summary>
[Collection(Servers.Collection)]
public sealed class AccessTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    private const string Everybody = "everybody";
    private const string Customers = "customers";
    private const string Administrators = "administrators";
    private const string Orders = "orders";
    private const string Operators = "operators";

    private static readonly Dictionary<string, string> Expected = new(StringComparer.Ordinal)
    {
        ["ANY /alive"] = Everybody,
        ["GET /api/audit"] = Administrators,
        ["GET /api/brands"] = Everybody,
        ["POST /api/brands"] = Administrators,
        ["PUT /api/brands/{slug}"] = Administrators,
        ["GET /api/categories"] = Everybody,
        ["POST /api/categories"] = Administrators,
        ["PUT /api/categories/{slug}"] = Administrators,
        ["GET /api/coupons/{code}/quote"] = Everybody,
        ["GET /api/inventory/{sku}"] = Administrators,
        ["PUT /api/inventory/{sku}/low-stock"] = Administrators,
        ["POST /api/inventory/counts"] = Administrators,
        ["POST /api/inventory/damages"] = Administrators,
        ["POST /api/inventory/returns"] = Administrators,
        ["GET /api/pictures/{hash}.{format}"] = Everybody,
        ["GET /api/products"] = Everybody,
        ["POST /api/products"] = Administrators,
        ["DELETE /api/products/{id}"] = Administrators,
        ["GET /api/products/{id}"] = Everybody,
        ["PUT /api/products/{id}"] = Administrators,
        ["GET /api/products/{id}/edit"] = Administrators,
        ["GET /api/products/{id}/image.svg"] = Everybody,
        ["GET /api/products/export"] = Administrators,
        ["POST /api/products/import"] = Administrators,
        ["GET /api/products/imports"] = Administrators,
        ["GET /api/products/imports/{id}"] = Administrators,
        ["POST /api/products/{id}/pictures"] = Administrators,
        ["PUT /api/products/{id}/pictures"] = Administrators,
        ["DELETE /api/products/{id}/pictures/{hash}"] = Administrators,
        ["GET /api/products/{id}/prices"] = Administrators,
        ["GET /api/products/{id}/reviews"] = Everybody,
        ["POST /api/products/{id}/reviews"] = Customers,
        ["DELETE /api/products/{id}/reviews/mine"] = Customers,
        ["GET /api/products/{id}/reviews/mine"] = Customers,
        ["PUT /api/products/{id}/reviews/mine"] = Customers,
        ["POST /api/products/{id}/stock"] = Administrators,
        ["DELETE /api/products/{id}/subscriptions"] = Customers,
        ["POST /api/products/{id}/subscriptions"] = Customers,
        ["POST /api/products/{id}/variants"] = Administrators,
        ["DELETE /api/products/{id}/variants/{sku}"] = Administrators,
        ["PUT /api/products/{id}/variants/{sku}"] = Administrators,
        ["GET /api/promotions"] = Administrators,
        ["POST /api/promotions"] = Administrators,
        ["DELETE /api/promotions/{code}"] = Administrators,
        ["GET /api/promotions/{code}"] = Administrators,
        ["PUT /api/promotions/{code}"] = Administrators,
        ["GET /api/products/facets"] = Everybody,
        ["GET /api/products/suggestions"] = Everybody,
        ["GET /api/reviews"] = Administrators,
        ["DELETE /api/reviews/{id}/helpful"] = Customers,
        ["PUT /api/reviews/{id}/helpful"] = Customers,
        ["PUT /api/reviews/{id}/moderation"] = Administrators,
        ["PUT /api/reviews/{id}/report"] = Customers,
        ["GET /api/subscriptions"] = Customers,
        ["GET /api/variants"] = Everybody,
        ["ANY /health"] = Everybody,
        ["POST /internal/messaging/dead-letters/replay"] = Operators,
        ["POST /internal/returns"] = Orders,
        ["POST /internal/reservations"] = Orders,
        ["POST /internal/reservations/batch"] = Orders,
        ["DELETE /internal/reservations/{orderId}"] = Orders,
        ["POST /internal/reservations/{orderId}/confirm"] = Orders,
        ["GET /openapi/v1.json"] = Everybody,
    };

    [Fact]
    public async Task Every_endpoint_admits_those_who_may_and_nobody_else()
    {
        var endpoints = Endpoints();
        var unexpected = string.Join('\n', endpoints.Except(Expected.Keys));
        Assert.True(unexpected.Length == 0, $"Say in {nameof(Expected)} who may call:\n{unexpected}");
        Assert.Empty(Expected.Keys.Except(endpoints));
        var wrong = new List<string>();
        foreach (var endpoint in endpoints)
            foreach (var (caller, admitted) in Callers(Expected[endpoint]))
                if (await IsAdmittedAsync(endpoint, caller) != admitted) wrong.Add($"{endpoint} as {caller} should {(admitted ? "be" : "not be")} admitted");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Members_that_a_client_must_not_set_never_take_effect()
    {
        var product = await bed.ProductAsync(stock: 3);
        using var customer = bed.Customer();
        var somebody = Guid.CreateVersion7();
        using var answer = await customer.PostAsJsonAsync($"/api/products/{product}/reviews", new
        {
            stars = 4, title = "Fine", verified = true, helpful = 99, state = "hidden", id = 1, customerId = somebody, userId = somebody, role = "admin",
            price = 0.01, status = "published",
        });
        var review = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((false, "published"), (review.GetProperty("verified").GetBoolean(), review.GetProperty("state").GetString()));
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM reviews WHERE customer_id = $1", somebody));
        Assert.Equal(0, await bed.CountAsync("SELECT sum(helpful) FROM reviews WHERE product_id = $1", product));
    }

    [Fact]
    public async Task Nobody_reaches_the_review_of_another()
    {
        var product = await bed.ProductAsync(stock: 3);
        using var author = bed.Customer();
        using var other = bed.Customer();
        using var written = await author.PostAsJsonAsync($"/api/products/{product}/reviews", new { stars = 4, title = "Mine" });
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete])
        {
            using var request = new HttpRequestMessage(method, $"/api/products/{product}/reviews/mine");
            if (method == HttpMethod.Put) request.Content = JsonContent.Create(new { stars = 1, title = "Theirs" });
            using var answer = await other.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM reviews WHERE title = 'Mine' AND product_id = $1", product));
    }

    private List<string> Endpoints() =>
    [
        .. from endpoint in bed.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
           select $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}",
    ];

    private static (string Caller, bool Admitted)[] Callers(string who) =>
    [
        ("anonymous", who == Everybody), ("customer", who is Everybody or Customers), ("administrator", who is Everybody or Customers or Administrators),
        ("orders", who is Everybody or Orders), ("stranger with a wrong key", who == Everybody),
    ];

    private async Task<bool> IsAdmittedAsync(string endpoint, string caller)
    {
        using var client = caller switch
        {
            "customer" => bed.Customer(),
            "administrator" => bed.Administrator(),
            "orders" => bed.Orders(),
            "stranger with a wrong key" => Stranger(),
            _ => bed.Visitor(),
        };
        var parts = endpoint.Split(' ');
        using var request = new HttpRequestMessage(HttpMethod.Parse(parts[0] == "ANY" ? "GET" : parts[0]), await AddressAsync(parts[1]));
        if (parts[0] is "POST" or "PUT") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
    }

    private HttpClient Stranger()
    {
        var client = bed.Visitor();
        client.DefaultRequestHeaders.Add("X-Service-Name", "orders");
        client.DefaultRequestHeaders.Add("X-Service-Key", "guessed");
        return client;
    }

    // Something that is there, so that a refusal cannot be mistaken for 404; retiring it needs a new one each time.
    private async Task<string> AddressAsync(string pattern)
    {
        var id = await bed.ProductAsync(stock: 1);
        var address = pattern.Replace("{id}", $"{id}", StringComparison.Ordinal).Replace("{sku}", $"P{id}", StringComparison.Ordinal)
            .Replace("{orderId}", $"{Guid.CreateVersion7()}", StringComparison.Ordinal);
        return System.Text.RegularExpressions.Regex.Replace(address, "{[^}]*}", "x");
    }
}
