using System.Security.Claims;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Cart;

/// <summary>Whose cart: a customer's, or that of a browser that nobody logged in with.</summary>
internal readonly record struct CartKey(string Name)
{
    /// <summary>Set by the gateway from the browser's cookie; what a client sends under this name does not get through it.</summary>
    public const string Header = "X-Cart-Id";

    private const int MinLength = 16;
    private const int MaxLength = 64;

    public static CartKey Of(Guid customerId) => new($"cart:customer:{customerId:D}");

    /// <exception cref="ProblemException">400: not an id that the gateway gives out.</exception>
    public static CartKey Anonymous(string cartId, string field = Header) =>
        cartId.Length is >= MinLength and <= MaxLength && cartId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? new($"cart:browser:{cartId}")
            : throw Problem.Validation(field, "must be a cart id");

    /// <summary>Null for an anonymous request without a cart.</summary>
    public static CartKey? Of(HttpRequest request, ClaimsPrincipal user)
    {
        if (user.Identity?.IsAuthenticated == true)
        {
            return Of(user.CustomerId());
        }

        var id = request.Headers[Header].ToString();
        return id.Length == 0 ? null : Anonymous(id);
    }
}
