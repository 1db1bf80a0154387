using Microsoft.AspNetCore.Identity;

namespace Shop.Web.Accounts;

/// <summary>What a login came to: the account, or nothing and, when it is locked, for how long.</summary>
public sealed record LoginOutcome(Account? Account, TimeSpan? LockedFor = null);

/// <summary>Registration and password check, the same for the API and the pages.</summary>
public sealed class AccountService(
    UserManager<Account> users, SignInManager<Account> signIn, IPasswordHasher<Account> hasher, DecoyPassword decoy, TimeProvider time)
{
    /// <summary>Creates an account; null when the address is taken. Both cost one password hash.</summary>
    /// <remarks>The administrator's address is always taken, or whoever came first would be the administrator of a later start.</remarks>
    public async Task<Account?> RegisterAsync(Credentials credentials)
    {
        var account = new Account { Id = Guid.CreateVersion7(time.GetUtcNow()), Email = credentials.Address };
        account.PasswordHash = hasher.HashPassword(account, credentials.Password!);
        if (users.NormalizeEmail(account.Email) == users.NormalizeEmail(AccountSeed.AdministratorEmail)) return null;
        var created = await users.CreateAsync(account);
        if (created.Succeeded) return account;
        if (created.Errors.All(error => error.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName)))
            return null;
        throw new InvalidOperationException(string.Join("; ", created.Errors.Select(error => error.Description)));
    }

    /// <summary>Checks the password. An unknown address costs a hash as well, so its answer takes as long.</summary>
    public async Task<LoginOutcome> LoginAsync(Credentials credentials)
    {
        var account = await users.FindByEmailAsync(credentials.Address);
        if (account is null)
        {
            hasher.VerifyHashedPassword(decoy.Account, decoy.Hash, credentials.Password!);
            return new(null);
        }
        var result = await signIn.CheckPasswordSignInAsync(account, credentials.Password!, lockoutOnFailure: true);
        if (result.Succeeded) return new(account);
        return new(null, result.IsLockedOut ? account.LockoutEnd - time.GetUtcNow() : null);
    }
}

/// <summary>A password hash that no account has, for addresses that no account has.</summary>
public sealed class DecoyPassword
{
    public DecoyPassword(IPasswordHasher<Account> hasher)
    {
        Account = new() { Id = Guid.Empty, Email = "" };
        Hash = hasher.HashPassword(Account, Guid.Empty.ToString());
    }

    public Account Account { get; }

    public string Hash { get; }
}
