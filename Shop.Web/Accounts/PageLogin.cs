using Microsoft.AspNetCore.Identity;
using Shop.Web.Carts;

namespace Shop.Web.Accounts;

/// <summary>Logs somebody in to the pages: the cookie, and their anonymous cart with them.</summary>
public sealed class PageLogin(SignInManager<Account> signIn, CartMerge carts)
{
    /// <summary>Logs in; with <paramref name="remember"/> the login outlives the browser.</summary>
    public async Task StartAsync(HttpContext context, Account account, bool remember, CancellationToken cancellationToken)
    {
        await signIn.SignInAsync(account, isPersistent: remember);
        await carts.MergeAsync(context, account.Id, cancellationToken);
    }
}
