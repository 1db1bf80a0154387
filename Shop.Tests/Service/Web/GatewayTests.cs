using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Service.Web;

[Collection(Servers.Collection)]
public sealed class GatewayTests(WebFixture fixture) : IClassFixture<WebFixture>, IAsyncLifetime
{
    private const string Cart = "AAAAAAAAAAAAAAAAAAAAAA";
    private readonly HttpClient _client = fixture.Web.Browser();
    private readonly Upstream _upstream = fixture.Upstream;

    public Task InitializeAsync()
    {
        _upstream.Forget();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _client.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("/api/products")]
    [InlineData("/api/products/7")]
    [InlineData("/api/categories")]
    [InlineData("/api/brands/aurora")]
    [InlineData("/api/audit")]
    [InlineData("/api/pictures/00.png")]
    [InlineData("/api/cart")]
    [InlineData("/api/orders")]
    [InlineData("/api/payments/00000000-0000-0000-0000-00000000000a")]
    public async Task Public_paths_arrive_unchanged(string path)
    {
        (await _client.GetAsync(new Uri(path + "?q=a%20b", UriKind.Relative))).EnsureSuccessStatusCode();

        Assert.Single(_upstream.All("GET", path + "?q=a%20b"));
    }

    [Theory]
    [InlineData("/internal/carts/merge")]
    [InlineData("/api/internal/carts/merge")]
    [InlineData("/api/products/../../internal/carts/merge")]
    [InlineData("/api/products/%2e%2e/%2e%2e/internal/carts/merge")]
    [InlineData("/INTERNAL/carts/merge")]
    [InlineData("/api/unknown")]
    public async Task Internal_and_unknown_paths_are_nowhere(string path)
    {
        using var content = JsonContent.Create(new { cartId = Cart });
        var asTyped = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };

        var answer = await _client.PostAsync(new Uri(fixture.Web.Address.GetLeftPart(UriPartial.Authority) + path, asTyped), content);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(_upstream.Seen);
    }

    [Fact]
    public async Task A_client_cannot_say_who_calls_or_whose_cart_it_is()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/cart/items/7") { Content = JsonContent.Create(new { quantity = 1 }) };
        request.Headers.Add("X-Service-Name", "orders");
        request.Headers.Add("x-service-key", "guess");
        request.Headers.Add("X-Cart-Id", "BBBBBBBBBBBBBBBBBBBBBB");
        request.Headers.Add("Cookie", $"shop_cart={Cart}");

        (await _client.SendAsync(request)).EnsureSuccessStatusCode();

        var seen = Assert.Single(_upstream.All("PUT", "/api/cart/items/7"));
        Assert.Equal(Cart, seen.Headers["X-Cart-Id"]);
        Assert.DoesNotContain(seen.Headers.Keys, name => name.StartsWith("X-Service-", StringComparison.OrdinalIgnoreCase));
        Assert.False(seen.Headers.ContainsKey("Cookie"));
    }

    [Fact]
    public async Task A_visitor_gets_a_cart_of_their_own_and_keeps_it()
    {
        await _client.GetAsync(new Uri("/api/cart", UriKind.Relative));
        await _client.GetAsync(new Uri("/api/cart", UriKind.Relative));

        var carts = _upstream.All("GET", "/api/cart").Select(seen => seen.Headers["X-Cart-Id"]).ToList();
        Assert.Equal(2, carts.Count);
        Assert.Equal(carts[0], carts[1]);
        Assert.Equal(22, carts[0].Length);
    }

    [Fact]
    public async Task Browsing_gives_nobody_a_cart()
    {
        var answer = await _client.GetAsync(new Uri("/api/products", UriKind.Relative));

        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(Assert.Single(_upstream.Seen).Headers.ContainsKey("X-Cart-Id"));
    }

    [Fact]
    public async Task A_login_cookie_is_enough_to_read_and_never_to_change_anything()
    {
        await _client.RegisterOnPageAsync();

        await _client.GetAsync(new Uri("/api/orders", UriKind.Relative));
        await _client.PostAsJsonAsync("/api/orders", new { productId = 7, quantity = 1 });

        Assert.StartsWith("Bearer ey", Assert.Single(_upstream.All("GET", "/api/orders")).Headers["Authorization"], StringComparison.Ordinal);
        Assert.False(Assert.Single(_upstream.All("POST", "/api/orders")).Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_login_cookie_does_not_speak_for_another_sites_page(string site)
    {
        await _client.RegisterOnPageAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/orders");
        request.Headers.Add("Sec-Fetch-Site", site);

        await _client.SendAsync(request);

        Assert.False(Assert.Single(_upstream.All("GET", "/api/orders")).Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_callers_own_token_is_passed_on_as_it_is()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/orders");
        request.Headers.Add("Authorization", "Bearer of.the.caller");

        await _client.SendAsync(request);

        Assert.Equal("Bearer of.the.caller", Assert.Single(_upstream.Seen).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_service_that_is_away_is_a_problem_that_says_when_to_come_back()
    {
        await using var web = await WebService.StartAsync(fixture.Database, [Dead()]);
        using var client = web.Browser();

        var answer = await client.GetAsync(new Uri("/api/products", UriKind.Relative));

        await WebService.ProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task One_dead_replica_costs_no_request()
    {
        await using var web = await WebService.StartAsync(fixture.Database, [Dead(), _upstream.Address], "--Gateway:LoadBalancing=RoundRobin");
        using var client = web.Browser();
        var cart = "";

        for (var i = 0; i < 6; i++)
        {
            var answer = await client.PutAsJsonAsync("/api/cart/items/7", new { quantity = i });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            // The very first answer names the cart, whichever replica was asked first.
            Assert.Equal(i == 0, answer.Headers.TryGetValues("Set-Cookie", out var cookies));
            if (i == 0) cart = Assert.Single(cookies!).Split('=', ';')[1];
        }

        Assert.Equal(cart, Assert.Single(_upstream.All("PUT", "/api/cart/items/7").Select(seen => seen.Headers["X-Cart-Id"]).Distinct()));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $$"""{"quantity":{{i}}}"""), _upstream.All("PUT", "/api/cart/items/7").Select(seen => seen.Body));
    }

    [Fact]
    public async Task A_body_of_more_than_a_megabyte_is_refused()
    {
        using var content = new StringContent(new string(' ', 1024 * 1024 + 1));

        var answer = await _client.PutAsync(new Uri("/api/cart/items/7", UriKind.Relative), content);

        await WebService.ProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Theory]
    [InlineData("/api/products/7/pictures", 2 * 1024 * 1024)]
    [InlineData("/api/products/import", 10 * 1024 * 1024)]
    public async Task What_administrators_upload_may_be_larger_than_other_bodies_up_to_a_bound(string path, int bound)
    {
        using var largest = new ByteArrayContent(new byte[bound]);
        (await _client.PostAsync(new Uri(path, UriKind.Relative), largest)).EnsureSuccessStatusCode();
        Assert.Equal(bound, Assert.Single(_upstream.All("POST", path)).Body.Length);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(HttpMethod.Post, path, bound + 1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(HttpMethod.Put, "/api/products/7", bound));
    }

    // Asks before it sends, since a server that refuses does not read on.
    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, int length)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.ExpectContinue = true;
        using var answer = await _client.SendAsync(request);
        return answer.StatusCode;
    }

    [Fact]
    public async Task Events_pass_as_they_happen()
    {
        var gone = new TaskCompletionSource();
        _upstream.Answers["GET /api/orders/1/events"] = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("event: status\n\n");
            await context.Response.Body.FlushAsync();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                gone.SetResult();
            }
        };

        using (var answer = await _client.GetAsync(new Uri("/api/orders/1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            Assert.Equal("event: status", await reader.ReadLineAsync());
        }

        // The reader left, so the service behind is told as well.
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task There_is_one_api_document_and_a_page_to_try_it()
    {
        var document = (await _client.GetFromJsonAsync<JsonObject>("/openapi/v1.json"))!["paths"]!.AsObject();
        var page = await _client.GetAsync(new Uri("/docs/index.html", UriKind.Relative));

        Assert.True(document.ContainsKey("/api/products"));
        Assert.True(document.ContainsKey("/api/users/login"));
        Assert.DoesNotContain(document, path => path.Key.StartsWith("/internal", StringComparison.Ordinal));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _client.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative))));
        Assert.InRange(_upstream.All("GET", "/openapi/v1.json").Count(), 1, 6);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("//unpkg", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // A port that was free a moment ago: nobody listens there.
    private static Uri Dead()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }
}
