using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Shop.Tests.Service;
using Shop.Tests.Service.Web;

namespace Shop.Tests.Browser;

/// <summary>The page of a product with three pictures.</summary>
[Collection(Servers.Collection)]
public sealed class GalleryInBrowserTests(WebFixture fixture, Chromium chromium)
    : IClassFixture<WebFixture>, IClassFixture<Chromium>, IAsyncLifetime
{
    private static readonly byte[] Pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    public Task InitializeAsync()
    {
        Storefront.Fill(fixture.Upstream);
        fixture.Upstream.Answer("GET /api/products/7", Storefront.ProductWithPictures);
        foreach (var name in (string[])["front", "side", "back"])
        {
            fixture.Upstream.Answers[$"GET /api/pictures/{name}.png"] = context =>
            {
                context.Response.ContentType = "image/png";
                return context.Response.Body.WriteAsync(Pixel).AsTask();
            };
        }
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task The_keyboard_brings_each_picture_into_view_without_script_and_leaves_Back_alone(int width)
    {
        var page = await chromium.VisitAsync(fixture.Web.Address, script: false, width);
        await page.GotoAsync("/products/7");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "You are here" }).GetByRole(AriaRole.Link).Last.FocusAsync();
        var names = new[] { "Cup from the front", "Cup from the side", "Tea <b>cup</b>" };
        for (var place = 0; place < names.Length; place++)
        {
            await page.Keyboard.PressAsync(place == 0 ? "Tab" : "ArrowRight");
            await Assertions.Expect(page.GetByRole(AriaRole.Radio, new() { Name = $"Picture {place + 1} of 3: {names[place]}" })).ToBeFocusedAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = names[place], Exact = true })).ToBeInViewportAsync(new() { Ratio = 0.9f });
        }

        Assert.Equal(2, await page.EvaluateAsync<int>("history.length"));
        var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.Equal(0, overflow);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_click_on_a_thumbnail_shows_its_picture_in_the_place_of_the_one_before()
    {
        var page = await chromium.VisitAsync(fixture.Web.Address);
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") errors.Add(message.Text);
        };
        await page.GotoAsync("/products/7");
        var front = page.GetByRole(AriaRole.Img, new() { Name = "Cup from the front" });
        await Assertions.Expect(front).ToBeVisibleAsync();
        var before = await front.BoundingBoxAsync();

        await page.GetByRole(AriaRole.Radio, new() { Name = "Picture 2 of 3" }).ClickAsync();

        var side = page.GetByRole(AriaRole.Img, new() { Name = "Cup from the side" });
        await Assertions.Expect(side).ToBeVisibleAsync();
        await Assertions.Expect(front).ToBeHiddenAsync();
        Assert.Equivalent(before, await side.BoundingBoxAsync());
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task The_gallery_breaks_no_rule_of_accessibility(int width)
    {
        var page = await chromium.VisitAsync(fixture.Web.Address, width: width);
        await page.GotoAsync("/products/7");

        var result = await page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] } });

        Assert.True(result.Violations.Length == 0, string.Join("; ", result.Violations.Select(violation =>
            $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
        await page.Context.CloseAsync();
    }
}
