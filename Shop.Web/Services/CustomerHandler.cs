using Shop.Web.Accounts;
using Shop.Web.Carts;
using Shop.Web.Texts;

namespace Shop.Web.Services;

/// <summary>Speaks for the person whose page is being made: their bearer or their anonymous cart, and their language.</summary>
public sealed class CustomerHandler(IHttpContextAccessor accessor, CustomerTokens tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext is { } context)
        {
            request.Headers.AcceptLanguage.Clear();
            request.Headers.AcceptLanguage.Add(new(Language.Of(context)));
            if (await tokens.ForAsync(context.User, cancellationToken) is { } token) request.Headers.Authorization = new("Bearer", token);
            else if (CartCookie.Read(context) is { } cart) request.Headers.TryAddWithoutValidation(CartCookie.Header, cart);
        }
        return await base.SendAsync(request, cancellationToken);
    }
}
