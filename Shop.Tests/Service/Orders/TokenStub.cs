using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Service.Orders;

/// <summary>Stands in for Web as the issuer of tokens: real ES256 signatures over its own key.</summary>
internal sealed class TokenStub : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    // The token library caches keys by their id for the whole process.
    private readonly string _keyId = Guid.CreateVersion7().ToString("N");

    public void Map(WebApplication app)
    {
        app.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new
        {
            issuer = "shop",
            jwks_uri = $"{request.Scheme}://{request.Host}/.well-known/jwks.json",
        }));
        app.MapGet("/.well-known/jwks.json", () => Results.Json(new { keys = new[] { PublicKey() } }));
    }

    public string For(Guid customerId)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = Part(new { alg = "ES256", typ = "JWT", kid = _keyId });
        var payload = Part(new { iss = "shop", aud = "shop", sub = customerId.ToString("D"), email = "a@example.org", iat = now, nbf = now, exp = now + 900 });
        var signature = _key.SignData(Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256);
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature)}";
    }

    public void Dispose() => _key.Dispose();

    private object PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new { kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = _keyId, x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) };
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
