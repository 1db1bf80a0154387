using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Web;

[Collection(Servers.Collection)]
public sealed class AccountTests(WebFixture fixture) : IClassFixture<WebFixture>
{
    private readonly HttpClient _client = fixture.Web.Browser();

    [Fact]
    public async Task Who_registers_can_log_in_and_is_recognised()
    {
        var email = Storefront.NewEmail();
        var created = await _client.PostAsJsonAsync("/api/users/register", new { email, password = "correct horse" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        var tokens = await _client.LogInAsync(email.ToUpperInvariant(), "correct horse");

        Assert.Equal("Bearer", (string?)tokens["tokenType"]);
        Assert.Equal(900, (int?)tokens["expiresIn"]);
        var me = await MeAsync((string)tokens["accessToken"]!);
        Assert.Equal(email, (string?)me["email"]);
        Assert.Empty(me["roles"]!.AsArray());
    }

    [Fact]
    public async Task An_address_registers_once_whatever_its_case()
    {
        var email = Storefront.NewEmail();
        await _client.RegisterAndLogInAsync(email);

        var again = await _client.PostAsJsonAsync("/api/users/register", new { email = email.ToUpperInvariant(), password = "another one" });

        Assert.Equal("email", (string?)(await WebService.ProblemAsync(again, HttpStatusCode.Conflict, "email_taken"))["field"]);
    }

    [Fact]
    public async Task Of_many_registrations_at_once_one_succeeds()
    {
        var body = new { email = Storefront.NewEmail(), password = "correct horse" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _client.PostAsJsonAsync("/api/users/register", body)));

        Assert.Equal([201, 409, 409, 409, 409], answers.Select(answer => (int)answer.StatusCode).Order());
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        var email = Storefront.NewEmail();
        await _client.RegisterAndLogInAsync(email);

        var wrong = await WebService.ProblemAsync(await TryAsync(email, "wrong"), HttpStatusCode.Unauthorized, "invalid_credentials");
        var unknown = await WebService.ProblemAsync(await TryAsync(Storefront.NewEmail(), "wrong"), HttpStatusCode.Unauthorized, "invalid_credentials");

        wrong.Remove("traceId");
        unknown.Remove("traceId");
        Assert.Equal(wrong.ToJsonString(), unknown.ToJsonString());
    }

    [Fact]
    public async Task The_right_password_does_not_open_an_account_after_five_wrong_ones()
    {
        var email = Storefront.NewEmail();
        await _client.RegisterAndLogInAsync(email);
        // All at once: none of them may be lost from the count.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TryAsync(email, "wrong")));

        var right = await TryAsync(email, "correct horse");

        await WebService.ProblemAsync(right, HttpStatusCode.TooManyRequests, "locked_out");
        Assert.InRange(right.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
    }

    [Fact]
    public async Task A_refresh_token_is_good_for_one_use()
    {
        var first = await _client.RegisterAndLogInAsync(Storefront.NewEmail());

        var second = await RefreshAsync(first);
        second.EnsureSuccessStatusCode();
        var successor = (await second.Content.ReadFromJsonAsync<JsonObject>())!;
        await MeAsync((string)successor["accessToken"]!);

        await WebService.ProblemAsync(await RefreshAsync(first), HttpStatusCode.Unauthorized, "invalid_refresh_token");
    }

    [Fact]
    public async Task A_second_use_ends_the_whole_session()
    {
        var first = await _client.RegisterAndLogInAsync(Storefront.NewEmail());
        var successor = (await (await RefreshAsync(first)).Content.ReadFromJsonAsync<JsonObject>())!;
        await RefreshAsync(first);

        await WebService.ProblemAsync(await RefreshAsync(successor), HttpStatusCode.Unauthorized, "invalid_refresh_token");
    }

    [Fact]
    public async Task Of_many_refreshes_at_once_at_most_one_succeeds()
    {
        var first = await _client.RegisterAndLogInAsync(Storefront.NewEmail());

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RefreshAsync(first)));

        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Tokens_can_be_checked_with_the_published_key_alone()
    {
        var email = Storefront.NewEmail();
        var tokens = await _client.RegisterAndLogInAsync(email);
        var discovery = (await _client.GetFromJsonAsync<JsonObject>("/.well-known/openid-configuration"))!;
        var keys = await _client.GetStringAsync(new Uri((string)discovery["jwks_uri"]!));
        Assert.DoesNotContain("\"d\"", keys, StringComparison.Ordinal);

        var claims = Verify((string)tokens["accessToken"]!, keys);

        Assert.Equal("shop", (string?)claims["iss"]);
        Assert.Equal("shop", (string?)claims["aud"]);
        Assert.Equal(email, (string?)claims["email"]);
        Assert.True(Guid.TryParseExact((string?)claims["sub"], "D", out _));
        Assert.Equal(900, (long)claims["exp"]! - (long)claims["iat"]!);
    }

    [Fact]
    public async Task The_administrator_is_there_from_the_start()
    {
        var tokens = await _client.LogInAsync("admin@shop.local", WebService.AdministratorPassword);

        var me = await MeAsync((string)tokens["accessToken"]!);

        Assert.Equal("admin", (string?)Assert.Single(me["roles"]!.AsArray()));
    }

    [Fact]
    public async Task A_second_replica_has_the_same_key_and_reads_the_same_cookies()
    {
        using var browser = fixture.Web.Browser();
        var answer = await browser.SubmitAsync("/register", "/register", ("Email", Storefront.NewEmail()), ("Password", "correct horse"), ("_handler", "register"));
        var login = answer.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("shop_login=", StringComparison.Ordinal)).Split(';')[0];
        await using var replica = await WebService.StartAsync(fixture.Database, [fixture.Upstream.Address]);
        using var other = replica.Browser();
        other.DefaultRequestHeaders.Add("Cookie", login);

        var me = await other.GetAsync(new Uri("/api/users/me", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        Assert.Equal(
            await _client.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative)),
            await other.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative)));
    }

    [Theory]
    [InlineData("register", "{}", "email")]
    [InlineData("register", """{"email":"nobody","password":"correct horse"}""", "email")]
    [InlineData("register", """{"email":"a@b.c","password":"short"}""", "password")]
    [InlineData("register", """{"email":"a@b.c","password":"with a \u0007 bell"}""", "password")]
    [InlineData("login", """{"email":"a@b.c"}""", "password")]
    [InlineData("login", """{"email":"","password":"x"}""", "email")]
    [InlineData("refresh", "{}", "refreshToken")]
    [InlineData("refresh", """{"refreshToken":""}""", "refreshToken")]
    public async Task Input_that_breaks_a_rule_names_its_field(string call, string body, string field)
    {
        var problem = await WebService.ProblemAsync(await PostAsync(call, body), HttpStatusCode.BadRequest, "invalid");

        Assert.NotNull(problem["errors"]![field]);
    }

    [Theory]
    [InlineData("register", "")]
    [InlineData("register", "null")]
    [InlineData("register", "[1]")]
    [InlineData("register", """{"email":5,"password":"correct horse"}""")]
    [InlineData("register", """{"email":"a\u0000@b.c","password":"correct horse"}""")]
    [InlineData("register", """{"email":"a\ud800@b.c","password":"correct horse"}""")]
    [InlineData("login", """{"email":"a@b.c","password":{"$ne":1}}""")]
    [InlineData("login", "{\"email\":\"a@b.c\",")]
    [InlineData("refresh", """{"refreshToken":[]}""")]
    public async Task Input_that_cannot_be_read_is_the_callers_mistake(string call, string body)
    {
        var answer = await PostAsync(call, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    public async Task An_unknown_refresh_token_opens_nothing(string token) =>
        await WebService.ProblemAsync(await PostAsync("refresh", $$"""{"refreshToken":"{{token}}"}"""), HttpStatusCode.Unauthorized, "invalid_refresh_token");

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer not.a.token")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIwIn0.")]
    [InlineData("Basic YTpi")]
    public async Task Without_a_good_token_nobody_is_me(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);

        await WebService.ProblemAsync(await _client.SendAsync(request), HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Too_many_attempts_from_one_address_are_refused()
    {
        await using var strict = await WebService.StartAsync(fixture.Database, [fixture.Upstream.Address], "--Accounts:AttemptsPerMinute=2");
        using var client = strict.Browser();
        for (var i = 0; i < 2; i++) await client.PostAsJsonAsync("/api/users/login", new { email = "a@b.c", password = "wrong" });

        var third = await client.PostAsJsonAsync("/api/users/login", new { email = "a@b.c", password = "wrong" });

        await WebService.ProblemAsync(third, HttpStatusCode.TooManyRequests, "too_many_requests");
        Assert.NotNull(third.Headers.RetryAfter);
    }

    private async Task<JsonObject> MeAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/users/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await _client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private Task<HttpResponseMessage> TryAsync(string email, string password) =>
        _client.PostAsJsonAsync("/api/users/login", new { email, password });

    private Task<HttpResponseMessage> RefreshAsync(JsonObject tokens) =>
        _client.PostAsJsonAsync("/api/users/refresh", new { refreshToken = (string)tokens["refreshToken"]! });

    private async Task<HttpResponseMessage> PostAsync(string call, string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        return await _client.PostAsync(new Uri($"/api/users/{call}", UriKind.Relative), content);
    }

    // By hand, as any service in any language could: nothing of Shop takes part.
    private static JsonObject Verify(string token, string keys)
    {
        var parts = token.Split('.');
        var header = (JsonObject)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        var key = Assert.Single(JsonNode.Parse(keys)!["keys"]!.AsArray(), key => (string?)key!["kid"] == (string?)header["kid"])!;
        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = { X = Base64Url.DecodeFromChars((string?)key["x"]), Y = Base64Url.DecodeFromChars((string?)key["y"]) },
        });
        Assert.Equal("ES256", (string?)header["alg"]);
        Assert.True(verifier.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        return (JsonObject)JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
    }
}
