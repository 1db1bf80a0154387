using Microsoft.AspNetCore.Identity;

namespace Shop.Web.Accounts;

/// <summary>API sessions: an access token and the refresh token that continues it.</summary>
public sealed class Sessions(TokenIssuer issuer, RefreshTokens refreshTokens, UserManager<Account> users)
{
    /// <summary>Tokens for somebody who has just proved who they are.</summary>
    public async Task<TokenResponse> StartAsync(Account account, CancellationToken cancellationToken) =>
        await AnswerAsync(account, await refreshTokens.StartAsync(account.Id, cancellationToken), cancellationToken);

    /// <summary>New tokens for a refresh token; null when it is not good.</summary>
    public async Task<TokenResponse?> RefreshAsync(string refreshToken, CancellationToken cancellationToken)
    {
        if (await refreshTokens.RotateAsync(refreshToken, cancellationToken) is not var (accountId, successor)) return null;
        var account = await users.FindByIdAsync(accountId.ToString("D"));
        return account is null ? null : await AnswerAsync(account, successor, cancellationToken);
    }

    private async Task<TokenResponse> AnswerAsync(Account account, string refreshToken, CancellationToken cancellationToken) =>
        new("Bearer", await issuer.IssueAsync(account, cancellationToken), (int)TokenIssuer.Lifetime.TotalSeconds, refreshToken);
}
