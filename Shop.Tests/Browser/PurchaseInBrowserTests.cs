using Aspire.Hosting.Testing;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shop.Tests.Distributed;

namespace Shop.Tests.Browser;

[Collection(ShopGraph.Collection)]
public sealed class PurchaseInBrowserTests(ShopGraph graph, Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly float Minute = 60_000;

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_shopper_searches_registers_checks_out_and_sees_the_order_turn_to_paid_without_reloading(int width)
    {
        var page = await chromium.VisitAsync(graph.App.GetEndpoint("web"), width: width);
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                errors.Add(message.Text);
        };
        await FillCartAsync(page);
        await RegisterAsync(page);
        // However long the page takes to appear, the order is not paid before it has.
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (graph.HoldPaid(seen.Task))
        {
            try
            {
                await PlaceOrderAsync(page, "Pays at once");
                await Assertions.Expect(page.Locator("#order [data-status]")).Not.ToContainTextAsync("Paid");
                await page.EvaluateAsync("window.notReloaded = true");
            }
            finally
            {
                seen.SetResult();
            }
        }
        await Assertions.Expect(page.Locator("#order [data-status]")).ToContainTextAsync("Paid", new() { Timeout = Minute });
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded === true"), "the page was reloaded");
        await Assertions.Expect(page.GetByRole(AriaRole.Status).And(page.Locator("#order-news"))).ToContainTextAsync("Paid");
        await page.GetByRole(AriaRole.Link, new() { Name = "All my orders" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Paid").First).ToBeVisibleAsync();
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Without_script_the_same_purchase_works_and_the_page_reloads_until_it_is_paid()
    {
        var page = await chromium.VisitAsync(graph.App.GetEndpoint("web"), script: false);
        await FillCartAsync(page);
        await RegisterAsync(page);
        await PlaceOrderAsync(page, "Pays, but slowly");

        await Assertions.Expect(page.Locator("#order [data-status]")).ToContainTextAsync("Paid", new() { Timeout = Minute });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_declined_payment_is_said_and_can_be_tried_again()
    {
        var page = await chromium.VisitAsync(graph.App.GetEndpoint("web"));
        await FillCartAsync(page);
        await RegisterAsync(page);
        await PlaceOrderAsync(page, "Declines");

        await page.GetByLabel("Pays at once").CheckAsync(new() { Timeout = Minute });
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay ¥" }).ClickAsync();
        await Assertions.Expect(page.Locator("#order [data-status]")).ToContainTextAsync("Paid", new() { Timeout = Minute });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Chinese_pages_show_Chinese_products()
    {
        var page = await chromium.VisitAsync(graph.App.GetEndpoint("web"));
        await page.GotoAsync("/products");
        await page.GetByRole(AriaRole.Link, new() { Name = "中文" }).ClickAsync();

        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", await page.Locator(".card h3").First.InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/products")]
    [InlineData("/products/1")]
    [InlineData("/cart")]
    [InlineData("/login")]
    [InlineData("/register")]
    [InlineData("/nowhere")]
    public async Task Pages_are_accessible(string path)
    {
        var page = await chromium.VisitAsync(graph.App.GetEndpoint("web"));
        await page.GotoAsync(path);

        var result = await page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] } });
        Assert.True(result.Violations.Length == 0, string.Join("; ", result.Violations.Select(violation =>
            $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_keyboard_alone_reaches_a_product_and_the_cart()
    {
        var page = await chromium.VisitAsync(graph.App.GetEndpoint("web"));
        await page.GotoAsync("/");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await page.Locator("#site-search").FocusAsync();
        await page.Keyboard.TypeAsync("lamp");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".card h3 a").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        // The cards' buttons name their product as well.
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to cart", Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByText("Added to your cart.")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    private static async Task FillCartAsync(IPage page)
    {
        await page.GotoAsync("/");
        await page.GetByLabel("Search products").FillAsync("lamp");
        await page.GetByLabel("Search products").PressAsync("Enter");
        await page.Locator(".card", new() { HasText = "In stock" }).First.GetByRole(AriaRole.Heading).GetByRole(AriaRole.Link).ClickAsync();
        await page.GetByLabel("Quantity").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to cart", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Added to your cart.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Check out" }).ClickAsync();
    }

    // The check-out asks for a login; a new shopper goes on to register and comes back to it.
    private static async Task RegisterAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Register" }).ClickAsync();
        // The login page has fields of the same names.
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Create an account" })).ToBeVisibleAsync();
        await page.GetByLabel("E-mail").FillAsync($"shopper-{Guid.CreateVersion7():N}@example.test");
        await page.GetByLabel("Password").FillAsync("Correct-horse-1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Check out" })).ToBeVisibleAsync();
    }

    private static async Task PlaceOrderAsync(IPage page, string method)
    {
        await page.GetByLabel(method).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Place order and pay" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your order" })).ToBeVisibleAsync();
    }
}
