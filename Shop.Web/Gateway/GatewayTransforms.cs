using Shop.Web.Accounts;
using Shop.Web.Carts;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Shop.Web.Gateway;

/// <summary>
/// What a client may not say itself: who calls internally, and whose cart it is. And what a browser cannot say: a bearer,
/// which its login cookie earns it for reading (an event stream cannot carry headers of its own).
/// </summary>
public sealed class GatewayTransforms(CustomerTokens tokens) : ITransformProvider
{
    private const string ServiceHeaders = "X-Service-";

    public void Apply(TransformBuilderContext context)
    {
        context.AddRequestTransform(StripAsync);
        context.AddRequestTransform(AttachBearerAsync);
        if (context.Route.RouteId is "cart" or "orders") context.AddRequestTransform(SetCartAsync);
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    private static ValueTask StripAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        headers.Remove(CartCookie.Header);
        headers.Remove("Cookie");
        foreach (var name in context.HttpContext.Request.Headers.Keys.Where(name => name.StartsWith(ServiceHeaders, StringComparison.OrdinalIgnoreCase)))
            headers.Remove(name);
        return default;
    }

    private async ValueTask AttachBearerAsync(RequestTransformContext context)
    {
        var request = context.HttpContext.Request;
        if (!HttpMethods.IsGet(request.Method) || request.Headers.ContainsKey("Authorization") || !IsSameOrigin(request)) return;
        if (await tokens.ForAsync(context.HttpContext.User, context.HttpContext.RequestAborted) is { } token)
            context.ProxyRequest.Headers.Authorization = new("Bearer", token);
    }

    // A customer's cart needs no name; a visitor who looks at the cart for the first time gets one.
    private static ValueTask SetCartAsync(RequestTransformContext context)
    {
        var visitor = context.ProxyRequest.Headers.Authorization is null;
        var cart = visitor && context.HttpContext.Request.Path.StartsWithSegments("/api/cart")
            ? CartCookie.ReadOrCreate(context.HttpContext)
            : CartCookie.Read(context.HttpContext);
        if (cart is not null) context.ProxyRequest.Headers.TryAddWithoutValidation(CartCookie.Header, cart);
        return default;
    }

    // Old browsers do not send the header; a page of another origin cannot read the answer either way.
    private static bool IsSameOrigin(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
}
