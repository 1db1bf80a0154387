namespace Shop.Web.Accounts;

/// <summary>A customer or administrator, as ASP.NET Core Identity sees it.</summary>
public sealed class Account
{
    public required Guid Id { get; init; }

    /// <summary>The address as it was typed at registration; also the user name.</summary>
    public required string Email { get; set; }

    public string NormalizedEmail { get; set; } = "";

    public string PasswordHash { get; set; } = "";

    public string SecurityStamp { get; set; } = "";

    /// <summary>Changes with every stored update; an update based on an older one is refused.</summary>
    public string ConcurrencyStamp { get; set; } = "";

    public IReadOnlyList<string> Roles { get; init; } = [];

    public int AccessFailedCount { get; set; }

    public DateTimeOffset? LockoutEnd { get; set; }
}

/// <summary>Roles and claim names that tokens and cookies carry.</summary>
public static class AccountClaims
{
    public const string Id = "sub";
    public const string Email = "email";
    public const string Role = "role";
    public const string Administrator = "admin";
}
