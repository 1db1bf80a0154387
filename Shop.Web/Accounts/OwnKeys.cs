using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Shop.Web.Accounts;

/// <summary>Web checks tokens with its own key, without asking itself over HTTP.</summary>
internal sealed class OwnKeys(SigningKey key) : IConfigurationManager<OpenIdConnectConfiguration>
{
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        var configuration = new OpenIdConnectConfiguration { Issuer = TokenIssuer.Name };
        configuration.SigningKeys.Add((await key.CredentialsAsync(cancel)).Key);
        return configuration;
    }

    public void RequestRefresh()
    {
    }
}
