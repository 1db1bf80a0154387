using System.Security.Claims;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults;

/// <summary>Reads Shop's claims.</summary>
public static class ShopClaims
{
    /// <summary>Issuer and audience of every token.</summary>
    public const string Issuer = "shop";

    /// <summary>Customer id, a Guid in "D" format.</summary>
    public const string Subject = "sub";

    /// <summary>The claim that holds a role.</summary>
    public const string Role = "role";

    /// <summary>Role and policy of administrators.</summary>
    public const string Admin = "admin";

    /// <summary>The customer who is logged in.</summary>
    /// <exception cref="ProblemException">401: nobody is, or the subject is not a customer id.</exception>
    public static Guid CustomerId(this ClaimsPrincipal principal) =>
        Guid.TryParseExact(principal.FindFirst(Subject)?.Value, "D", out var id)
            ? id
            : throw new ProblemException(401, "unauthenticated", "Log in first.");
}
