using Microsoft.Playwright;

namespace Shop.Tests.Browser;

/// <summary>The machine's Chromium, started once for the tests that use it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    // Root has no sandbox; the rest keeps the browser from calling home.
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var program = Environment.GetEnvironmentVariable("SHOP_CHROMIUM") ?? "/usr/bin/chromium";
        if (!File.Exists(program))
            throw new InvalidOperationException($"Chromium is not installed ({program}): run ./shop setup");
        _playwright = await Playwright.CreateAsync();
        // Only a failing test waits so long; the machine may be busy.
        Assertions.SetDefaultExpectTimeout(30_000);
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = Arguments,
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    /// <summary>A visitor with cookies of his own.</summary>
    /// <param name="shop">Address of the storefront; paths given to the page are relative to it.</param>
    /// <param name="script">False switches JavaScript off.</param>
    /// <param name="width">Viewport width in CSS pixels.</param>
    public async Task<IPage> VisitAsync(Uri shop, bool script = true, int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = shop.ToString(),
            JavaScriptEnabled = script,
            Locale = "en-US",
            ViewportSize = new() { Width = width, Height = 900 },
        });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }
}
