using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.ResponseCompression;
using Shop.Web.Accounts;
using Shop.Web.Carts;
using Shop.Web.Checkouts;
using Shop.Web.Gateway;
using Shop.Web.Pages;
using Shop.Web.Reviews;
using Shop.Web.Subscriptions;
using Shop.Web.Texts;

namespace Shop.Web.Storefront;

/// <summary>The pages: rendered on the server, no circuits, usable without script.</summary>
public static class StorefrontRegistration
{
    public static void AddStorefront(this WebApplicationBuilder builder)
    {
        // With the full feed the SDK brings blazor.web.js as a static web asset, which only this finds in built output.
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddRazorComponents();
        // Chinese as itself, not as six bytes more for each character.
        builder.Services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "shop_form";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        builder.Services.AddResponseCompression(options => options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "image/svg+xml"]);
        builder.Services.AddSingleton<TextCatalog>().AddSingleton<PageFiles>();
        builder.Services.AddScoped<Text>().AddScoped<PageLogin>();
    }

    /// <summary>What comes before the service defaults: it needs nobody's identity.</summary>
    public static void UseStorefrontFiles(this WebApplication app)
    {
        app.UseResponseCompression();
        app.Use(SecurityHeaders.AddAsync);
        var files = app.Services.GetRequiredService<PageFiles>();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = files.SetCaching });
        app.UseApiPage();
    }

    /// <summary>What comes after them.</summary>
    public static void UseStorefrontPages(this WebApplication app)
    {
        app.UseMiddleware<PageErrors>();
        app.UseRateLimiter();
        app.UseOutputCache();
        app.UseAntiforgery();
    }

    public static void MapStorefront(this WebApplication app)
    {
        app.MapRazorComponents<App>();
        app.MapCartForms();
        app.MapCheckoutForms();
        app.MapReviewForms();
        app.MapSubscriptionForms();
        app.MapPreferenceForms();
    }
}
