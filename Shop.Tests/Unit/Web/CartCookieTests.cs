using Microsoft.AspNetCore.Http;
using Shop.Web.Carts;

namespace Shop.Tests.Unit.Web;

public sealed class CartCookieTests
{
    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAA+A", false)]
    [InlineData("../../../../../../etc/", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_sixteen_bytes_in_base64url_name_a_cart(string? name, bool expected) =>
        Assert.Equal(expected, CartCookie.IsWellFormed(name));

    [Fact]
    public void A_new_cart_gets_a_cookie_that_script_and_other_sites_cannot_use()
    {
        var context = new DefaultHttpContext();

        var cart = CartCookie.ReadOrCreate(context);

        Assert.True(CartCookie.IsWellFormed(cart));
        var cookie = Assert.Single(context.Response.Headers.SetCookie)!;
        Assert.StartsWith($"shop_cart={cart};", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public void One_request_has_one_cart()
    {
        var context = new DefaultHttpContext();

        Assert.Equal(CartCookie.ReadOrCreate(context), CartCookie.ReadOrCreate(context));
        Assert.Single(context.Response.Headers.SetCookie);
    }

    [Fact]
    public void A_malformed_cookie_is_no_cart()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = "shop_cart=somebody-elses";

        Assert.Null(CartCookie.Read(context));
    }
}
