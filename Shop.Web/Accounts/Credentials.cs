using Shop.ServiceDefaults.Problems;

namespace Shop.Web.Accounts;

/// <summary>Body of register and login.</summary>
public sealed record Credentials(string? Email, string? Password)
{
    public const int MinimumPassword = 8;
    public const int MaximumPassword = 128;
    private const int MaximumEmail = 254;

    /// <summary>The address without surrounding blanks.</summary>
    public string Address => (Email ?? "").Trim();

    /// <summary>Refuses what cannot become an account; every error at once.</summary>
    public void ThrowIfInvalid() => new Validator()
        .Check(IsEmail(Address), "email", "must be an e-mail address of at most 254 characters")
        .Check(IsPassword(Password), "password", "must have 8 to 128 characters and no control characters")
        .ThrowIfInvalid();

    /// <summary>Refuses a login that cannot be tried. Which passwords are allowed is registration's business.</summary>
    public void ThrowIfIncomplete() => new Validator()
        .Check(IsEmail(Address), "email", "must be an e-mail address of at most 254 characters")
        .Check(Password is { Length: > 0 and <= MaximumPassword }, "password", "must have 1 to 128 characters")
        .ThrowIfInvalid();

    /// <summary>One @ with something on both sides, no blanks, nothing that a mail header could trip over.</summary>
    public static bool IsEmail(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == address.LastIndexOf('@') && at < address.Length - 1 && address.Length <= MaximumEmail
            && !address.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) || c is '<' or '>' or '"' or ',' or ';' or '\uFFFD');
    }

    /// <summary>Long enough to be worth hashing, short enough not to be an attack on the hash.</summary>
    public static bool IsPassword(string? password) =>
        password is { Length: >= MinimumPassword and <= MaximumPassword } && !password.Any(char.IsControl);
}

/// <summary>Body of refresh.</summary>
public sealed record RefreshRequest(string? RefreshToken);

/// <summary>Answer of login and refresh; <paramref name="ExpiresIn"/> is in seconds.</summary>
public sealed record TokenResponse(string TokenType, string AccessToken, int ExpiresIn, string RefreshToken);

/// <summary>Who is asking.</summary>
public sealed record AccountResponse(Guid Id, string Email, IReadOnlyList<string> Roles);
