using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Web.Accounts;

/// <summary>Mints the access tokens that every service of the shop accepts.</summary>
public sealed class TokenIssuer(SigningKey key, TimeProvider time)
{
    /// <summary>Issuer and audience of every token.</summary>
    public const string Name = "shop";

    /// <summary>How long an access token is good for.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>A signed token for the account.</summary>
    public Task<string> IssueAsync(Account account, CancellationToken cancellationToken) =>
        IssueAsync(account.Id.ToString("D"), account.Email, account.Roles, cancellationToken);

    /// <summary>A signed token for somebody who is logged in by cookie.</summary>
    public Task<string> IssueAsync(ClaimsPrincipal customer, CancellationToken cancellationToken) => IssueAsync(
        customer.FindFirstValue(AccountClaims.Id) ?? throw new InvalidOperationException("the cookie names no account"),
        customer.FindFirstValue(AccountClaims.Email) ?? "",
        [.. customer.FindAll(AccountClaims.Role).Select(role => role.Value)],
        cancellationToken);

    private async Task<string> IssueAsync(string id, string email, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object> { [AccountClaims.Id] = id, [AccountClaims.Email] = email };
        if (roles.Count > 0) claims[AccountClaims.Role] = roles.Count == 1 ? roles[0] : roles.ToArray();
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Name,
            Claims = claims,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            SigningCredentials = await key.CredentialsAsync(cancellationToken),
        });
    }
}
