using System.IdentityModel.Tokens.Jwt;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Internal;

namespace Shop.Tests.Service.ServiceDefaults;

public sealed class AuthenticationTests : IAsyncLifetime, IDisposable
{
    private static readonly Guid Customer = Guid.CreateVersion7();
    // Of its own per key, as an issuer must choose it: the validating library caches verifiers by key id.
    private readonly string _keyId = Guid.CreateVersion7().ToString("N");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _strange = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private TestService _web = null!;
    private TestService _service = null!;

    public async Task InitializeAsync()
    {
        _web = await TestService.StartAsync([], _ => { }, MapKeys);
        _service = await StartAsync(_web.Client.BaseAddress!.ToString());
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _web.DisposeAsync();
    }

    public void Dispose()
    {
        _key.Dispose();
        _strange.Dispose();
    }

    [Fact]
    public async Task A_token_of_Web_names_the_customer()
    {
        using var answer = await GetAsync(_service, "/api/me", Token());
        Assert.Equal(Customer, await answer.Content.ReadFromJsonAsync<Guid>());
    }

    [Fact]
    public async Task An_administrator_is_one_by_the_role_in_the_token()
    {
        Assert.Equal(200, await StatusAsync("/api/admin", Token(role: "admin")));
        Assert.Equal(403, await StatusAsync("/api/admin", Token()));
        Assert.Equal(401, await StatusAsync("/api/admin", token: null));
    }

    [Fact]
    public async Task What_Web_did_not_sign_for_Shop_just_now_is_refused()
    {
        Assert.Equal(401, await StatusAsync("/api/me", token: null));
        Assert.Equal(401, await StatusAsync("/api/me", "nonsense"));
        Assert.Equal(401, await StatusAsync("/api/me", Token(key: _strange)));
        Assert.Equal(401, await StatusAsync("/api/me", Token(issuer: "somebody")));
        Assert.Equal(401, await StatusAsync("/api/me", Token(audience: "elsewhere")));
        Assert.Equal(401, await StatusAsync("/api/me", Token(age: TimeSpan.FromMinutes(16))));
        Assert.Equal(200, await StatusAsync("/api/me", Token(age: TimeSpan.FromMinutes(15) + TimeSpan.FromSeconds(10))));
        var unsigned = new JwtSecurityTokenHandler().WriteToken(new JwtSecurityToken(
            "shop", "shop", [new Claim("sub", Customer.ToString("D"))], expires: Now().AddMinutes(5)));
        Assert.Equal(401, await StatusAsync("/api/me", unsigned));
    }

    [Fact]
    public async Task A_refusal_is_a_problem_with_a_challenge()
    {
        using var answer = await GetAsync(_service, "/api/me", token: null);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("unauthenticated", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Who_brings_no_credentials_costs_no_authentication()
    {
        var asked = 0;
        var events = new JwtBearerEvents
        {
            OnMessageReceived = _ =>
            {
                asked++;
                return Task.CompletedTask;
            },
        };
        await using var service = await StartAsync(
            _web.Client.BaseAddress!.ToString(),
            services => services.Configure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, options => options.Events = events));
        using var anonymous = await GetAsync(service, "/api/open", token: null);
        Assert.Equal((200, 0), ((int)anonymous.StatusCode, asked));
        using var known = await GetAsync(service, "/api/open", Token());
        Assert.Equal((200, 1), ((int)known.StatusCode, asked));
    }

    [Fact]
    public async Task Without_keys_a_token_cannot_be_judged()
    {
        await using var service = await StartAsync("http://127.0.0.1:1");
        using var answer = await GetAsync(service, "/api/me", Token());
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        using var anonymous = await GetAsync(service, "/api/me", token: null);
        Assert.Equal(401, (int)anonymous.StatusCode);
    }

    [Fact]
    public async Task The_document_says_which_calls_need_a_token_and_hides_what_is_internal()
    {
        var document = await _service.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var paths = document.GetProperty("paths");
        Assert.Equal(["/api/admin", "/api/me", "/api/open"], paths.EnumerateObject().Select(p => p.Name).Order());
        var security = paths.GetProperty("/api/me").GetProperty("get").GetProperty("security")[0];
        Assert.True(security.TryGetProperty("bearer", out _));
        Assert.False(paths.GetProperty("/api/open").GetProperty("get").TryGetProperty("security", out _));
        Assert.Equal("http", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").GetProperty("type").GetString());
    }

    private static Task<TestService> StartAsync(string web, Action<IServiceCollection>? configure = null) => TestService.StartAsync(
        new() { ["Services:web:http:0"] = web },
        builder =>
        {
            builder.AddShopAuthentication();
            configure?.Invoke(builder.Services);
        },
        app =>
        {
            app.MapGet("/api/me", (HttpContext context) => context.User.CustomerId()).RequireAuthorization();
            app.MapGet("/api/open", () => "open");
            app.MapInternal().MapGet("/hidden", () => "hidden");
            app.MapGet("/api/admin", () => "admin").RequireAuthorization(ShopClaims.Admin);
        });

    private void MapKeys(WebApplication app)
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        app.MapGet("/.well-known/openid-configuration", () => new { issuer = "shop", jwks_uri = "http://web/.well-known/jwks.json" });
        app.MapGet("/.well-known/jwks.json", () => new
        {
            keys = new[]
            {
                new
                {
                    kty = "EC", use = "sig", alg = "ES256", crv = "P-256", kid = _keyId,
                    x = Base64UrlEncoder.Encode(parameters.Q.X), y = Base64UrlEncoder.Encode(parameters.Q.Y),
                },
            },
        });
    }

    private string Token(
        ECDsa? key = null, string issuer = "shop", string audience = "shop", string? role = null, TimeSpan age = default)
    {
        var issued = Now() - age;
        List<Claim> claims = [new("sub", Customer.ToString("D"))];
        if (role is not null)
            claims.Add(new("role", role));
        var credentials = new SigningCredentials(new ECDsaSecurityKey(key ?? _key) { KeyId = _keyId }, SecurityAlgorithms.EcdsaSha256)
        {
            // The library caches signers by key id, and both keys have the same.
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
        return new JwtSecurityTokenHandler().WriteToken(
            new JwtSecurityToken(issuer, audience, claims, issued, issued.AddMinutes(15), credentials));
    }

    private static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    private static async Task<HttpResponseMessage> GetAsync(TestService service, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await service.Client.SendAsync(request);
    }

    private async Task<int> StatusAsync(string path, string? token)
    {
        using var answer = await GetAsync(_service, path, token);
        return (int)answer.StatusCode;
    }
}
