using Shop.Web.Accounts;
using Shop.Web.Checkouts;
using Shop.Web.Gateway;
using Shop.Web.Storefront;
using Shop.Web.Texts;

namespace Shop.Tests.Unit.Web;

public sealed class StorefrontRuleTests
{
    [Theory]
    [InlineData("/cart", "/cart")]
    [InlineData("/products?q=a&sort=name", "/products?q=a&sort=name")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void A_form_leads_to_this_shop_only(string? asked, string expected) => Assert.Equal(expected, LocalAddress.Of(asked));

    [Theory]
    [InlineData("1299", "CNY", "¥1,299.00")]
    [InlineData("0.5", "CNY", "¥0.50")]
    [InlineData("1234567.89", "EUR", "€1,234,567.89")]
    [InlineData("10", "CHF", "CHF 10.00")]
    public void Prices_have_a_sign_groups_and_two_decimals(string amount, string currency, string expected) =>
        Assert.Equal(expected, PriceFormat.Price(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), currency));

    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh")]
    [InlineData("en-GB,en;q=0.9,zh;q=0.8", "en")]
    [InlineData("fr-FR,zh;q=0.5,en;q=0.4", "zh")]
    [InlineData("zh;q=0,en", "en")]
    [InlineData("fr", "en")]
    [InlineData(";;;", "en")]
    [InlineData("", "en")]
    public void The_best_language_that_there_is_is_chosen(string header, string expected) => Assert.Equal(expected, Language.Negotiate([header]));

    [Theory]
    [InlineData("a@b", true)]
    [InlineData("admin@shop.local", true)]
    [InlineData("名字@例子.中国", true)]
    [InlineData("a@b@c", false)]
    [InlineData("@b", false)]
    [InlineData("a@", false)]
    [InlineData("a b@c", false)]
    [InlineData("a\0@c", false)]
    [InlineData("a<script>@c", false)]
    [InlineData("", false)]
    public void An_address_has_one_at_sign_with_something_on_both_sides(string address, bool expected) =>
        Assert.Equal(expected, Credentials.IsEmail(address));

    [Fact]
    public void An_address_that_no_mail_server_takes_is_refused() => Assert.False(Credentials.IsEmail(new string('a', 250) + "@b.cd"));

    [Theory]
    [InlineData("placed", "now next next next")]
    [InlineData("reserved", "done now next next")]
    [InlineData("paying", "done done now next")]
    [InlineData("paid", "done done done done")]
    [InlineData("shipped", "done done done done")]
    [InlineData("cancelled", "")]
    [InlineData("something new", "")]
    public void The_timeline_shows_how_far_an_order_is(string status, string expected) =>
        Assert.Equal(expected, string.Join(' ', OrderProgress.Steps(status).Select(step => step.State)));

    [Fact]
    public void No_route_of_the_gateway_leads_to_internal_calls()
    {
        var paths = GatewayRoutes.Routes().Select(route => route.Match.Path).ToList();

        Assert.All(paths, path => Assert.StartsWith("/api/", path, StringComparison.Ordinal));
        Assert.DoesNotContain(paths, path => path!.Contains("internal", StringComparison.OrdinalIgnoreCase));
    }
}
