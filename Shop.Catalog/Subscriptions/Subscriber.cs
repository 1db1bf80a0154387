using System.Net.Mail;
using System.Security.Claims;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Subscriptions;

/// <summary>Who is to be told, where and in which language.</summary>
public sealed record Subscriber(Guid Id, string Email, string Language)
{
    private const string EmailClaim = "email";
    private const int MaxEmail = 254;

    /// <summary>As the token names them.</summary>
    /// <exception cref="ProblemException">400 when the token names no address to write to.</exception>
    public static Subscriber Of(ClaimsPrincipal user, string language)
    {
        var id = user.CustomerId();
        var email = user.FindFirst(EmailClaim)?.Value;
        return email is { Length: <= MaxEmail } && MailAddress.TryCreate(email, out var address) && address.Address == email
            ? new Subscriber(id, email, language)
            : throw Problem.Validation(EmailClaim, "of the account is missing, or nothing can be sent to it");
    }
}
