using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Shop.Web.Accounts;

/// <summary>Web checks tokens with its own keys, without asking itself over HTTP.</summary>
internal sealed class OwnKeys(SigningKey key) : IConfigurationManager<OpenIdConnectConfiguration>
{
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        var configuration = new OpenIdConnectConfiguration { Issuer = TokenIssuer.Name };
        foreach (var published in await key.AllAsync(cancel)) configuration.SigningKeys.Add(published);
        return configuration;
    }

    public void RequestRefresh()
    {
    }
}
