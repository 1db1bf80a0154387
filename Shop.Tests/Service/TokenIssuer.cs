using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Service;

/// <summary>In place of Web: publishes a key of its own and signs tokens with it. Services find it as <c>web</c>.</summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly WebApplication _app;

    // Of its own: the library keeps verifiers by key id for the whole process.
    private readonly string _keyId = Guid.CreateVersion7().ToString("N");

    private TokenIssuer(WebApplication app) => _app = app;

    /// <summary>Value for <c>services:web:http:0</c>.</summary>
    public string Address => _app.Urls.Single();

    public static async Task<TokenIssuer> StartAsync()
    {
        var issuer = new TokenIssuer(Loopback.Create());
        issuer._app.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(
            new { issuer = "shop", jwks_uri = $"http://{request.Host}/.well-known/jwks.json" }));
        issuer._app.MapGet("/.well-known/jwks.json", () => Results.Json(new { keys = new[] { issuer.PublicKey() } }));
        await issuer._app.StartAsync();
        return issuer;
    }

    /// <param name="role">"admin" for an administrator.</param>
    public string TokenFor(Guid customerId, string? role = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = "shop", ["aud"] = "shop", ["sub"] = customerId.ToString("D"), ["email"] = "somebody@example.test",
            ["nbf"] = now - 1, ["exp"] = now + 900,
        };
        if (role is not null) claims["role"] = role;
        var signed = Encode(new { alg = "ES256", typ = "JWT", kid = _keyId }) + "." + Encode(claims);
        return signed + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private object PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new
        {
            kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = _keyId,
            x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y),
        };
    }

    private static string Encode<T>(T part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
