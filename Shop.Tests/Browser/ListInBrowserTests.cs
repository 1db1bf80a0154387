using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shop.Tests.Service;
using Shop.Tests.Service.Web;

namespace Shop.Tests.Browser;

/// <summary>The list page over answers that stand still.</summary>
[Collection(Servers.Collection)]
public sealed class ListInBrowserTests(WebFixture fixture, Chromium chromium) : IClassFixture<WebFixture>, IClassFixture<Chromium>
{
    [Fact]
    public async Task Suggestions_appear_below_the_search_while_one_types()
    {
        fixture.Upstream.Answer("GET /api/products/suggestions", """{"items":[{"kind":"product","text":"Tea <b>cup","slug":"t","id":7}]}""");
        var page = await chromium.VisitAsync(fixture.Web.Address);
        await page.GotoAsync("/cart");
        await page.Locator("#site-search").PressSequentiallyAsync("tea c");

        await Assertions.Expect(page.Locator("#site-suggestions option")).ToHaveAttributeAsync("value", "Tea <b>cup");
        // What was typed before may have been asked for as well.
        await Eventually.TrueAsync(() => fixture.Upstream.Seen.Any(seen => seen.Path == "/api/products/suggestions?q=tea+c&limit=8&lang=en"));

        await page.Locator("#site-search").ClearAsync();
        await Assertions.Expect(page.Locator("#site-suggestions option")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(390, true)]
    [InlineData(390, false)]
    [InlineData(1280, false)]
    public async Task Filters_fold_away_on_a_phone_and_are_used_with_and_without_script(int width, bool script)
    {
        var page = await chromium.VisitAsync(fixture.Web.Address, script, width);
        await page.GotoAsync("/products?q=cup");
        var brand = page.GetByLabel("A & B");
        if (width < 900)
        {
            await Assertions.Expect(brand).Not.ToBeVisibleAsync();
            await page.GetByText("Filters", new() { Exact = true }).ClickAsync();
        }
        await brand.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        await page.WaitForURLAsync("**/products?*brand=a%26b*");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Remove A & B" })).ToBeVisibleAsync();
        var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.Equal(0, overflow);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task The_page_breaks_no_rule_of_accessibility_with_all_filters_open(int width)
    {
        var page = await chromium.VisitAsync(fixture.Web.Address, width: width);
        await page.GotoAsync("/products?q=cup&brand=a%26b&attr=size:M&minPrice=1&rating=4&inStock=true");
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(details => { details.open = true; })");

        var result = await page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] } });

        Assert.True(result.Violations.Length == 0, string.Join("; ", result.Violations.Select(violation =>
            $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
        await page.Context.CloseAsync();
    }
}
