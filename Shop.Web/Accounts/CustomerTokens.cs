using System.Security.Claims;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Shop.Web.Accounts;

/// <summary>
/// The bearer tokens with which Web speaks to the services for customers who are logged in by cookie: minted here, kept for
/// a part of their lifetime, never handed to the browser.
/// </summary>
public sealed class CustomerTokens(TokenIssuer issuer) : IDisposable
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan Kept = TokenIssuer.Lifetime / 3;

    private readonly MemoryCache cache = new(Options.Create(new MemoryCacheOptions { SizeLimit = Capacity }));

    /// <summary>A token for the customer; null for a visitor.</summary>
    public async ValueTask<string?> ForAsync(ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (caller.Identity is not { IsAuthenticated: true } || caller.FindFirstValue(AccountClaims.Id) is not { } id) return null;
        var roles = string.Join(' ', caller.FindAll(AccountClaims.Role).Select(role => role.Value));
        if (cache.TryGetValue((id, roles), out string? token)) return token;
        token = await issuer.IssueAsync(caller, cancellationToken);
        return cache.Set((id, roles), token, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept });
    }

    public void Dispose() => cache.Dispose();
}
