using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Shop.Web.Texts;

namespace Shop.Web.Storefront;

/// <summary>Log out, and choose a language.</summary>
public static class PreferenceForms
{
    public static void MapPreferenceForms(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        forms.MapPost("/logout", LogOutAsync);
        forms.MapGet("/language", ChooseLanguage);
    }

    // Reading the form makes the framework check the antiforgery token.
    private static async Task<IResult> LogOutAsync([FromForm] IFormCollection form, HttpContext context)
    {
        await context.SignOutAsync(IdentityConstants.ApplicationScheme);
        return Results.LocalRedirect("/");
    }

    private static IResult ChooseLanguage(string? to, string? returnUrl, HttpContext context)
    {
        Language.Remember(context, to ?? Language.English);
        return Results.LocalRedirect(LocalAddress.Of(returnUrl));
    }
}
