using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults;

/// <summary>Web's public keys, fetched through service discovery and kept; without any, callers get 503 rather than 401.</summary>
internal sealed class SigningKeys : IConfigurationManager<OpenIdConnectConfiguration>
{
    public const string ClientName = "web";
    private const string Address = "http://web/.well-known/openid-configuration";
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _inner;

    public SigningKeys(IHttpClientFactory clients) =>
        _inner = new ConfigurationManager<OpenIdConnectConfiguration>(
            Address, new OpenIdConnectConfigurationRetriever(), new Retriever(clients))
        {
            // The least the library allows between two fetches: one follows an unknown key or a failure.
            RefreshInterval = TimeSpan.FromSeconds(1),
        };

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        try
        {
            return await _inner.GetConfigurationAsync(cancel);
        }
        catch (InvalidOperationException)
        {
            throw Problem.Unavailable("The keys to check tokens with cannot be fetched at the moment.");
        }
    }

    public void RequestRefresh() => _inner.RequestRefresh();

    // A client per fetch: the factory's handlers follow changes of addresses, a client kept for good would not.
    private sealed class Retriever(IHttpClientFactory clients) : IDocumentRetriever
    {
        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            using var client = clients.CreateClient(ClientName);
            return await new HttpDocumentRetriever(client) { RequireHttps = false }.GetDocumentAsync(address, cancel);
        }
    }
}
