namespace Shop.Web.Accounts;

/// <summary>How the other services find the public key (OpenID Connect discovery).</summary>
public static class DiscoveryEndpoints
{
    public static void MapDiscovery(this IEndpointRouteBuilder app)
    {
        var discovery = app.MapGroup("/.well-known").AllowAnonymous().ExcludeFromDescription();
        discovery.MapGet("/openid-configuration", Describe);
        discovery.MapGet("/jwks.json", KeysAsync);
    }

    // The address is the caller's own way here, so that it works by service discovery, by port and by public name.
    private static DiscoveryDocument Describe(HttpRequest request) =>
        new(TokenIssuer.Name, $"{request.Scheme}://{request.Host}/.well-known/jwks.json", ["ES256"], ["token"], ["public"]);

    private static ValueTask<KeySet> KeysAsync(SigningKey key, CancellationToken cancellationToken) => key.PublicAsync(cancellationToken);
}

/// <summary>The part of OpenID Connect's provider metadata that a resource server reads.</summary>
public sealed record DiscoveryDocument(
    [property: System.Text.Json.Serialization.JsonPropertyName("issuer")] string Issuer,
    [property: System.Text.Json.Serialization.JsonPropertyName("jwks_uri")] string JwksUri,
    [property: System.Text.Json.Serialization.JsonPropertyName("id_token_signing_alg_values_supported")] IReadOnlyList<string> Algorithms,
    [property: System.Text.Json.Serialization.JsonPropertyName("response_types_supported")] IReadOnlyList<string> ResponseTypes,
    [property: System.Text.Json.Serialization.JsonPropertyName("subject_types_supported")] IReadOnlyList<string> SubjectTypes);
