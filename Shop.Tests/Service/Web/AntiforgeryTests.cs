using System.Net;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Shop.Tests.Service.Web;

/// <summary>Another site's page can make a browser send a form; it cannot know the token.</summary>
[Collection(Servers.Collection)]
public sealed class AntiforgeryTests(WebFixture fixture) : IClassFixture<WebFixture>
{
    // Everything that any form asks for, so that nothing but the token can be missing.
    private static readonly (string, string)[] Fields =
    [
        ("Key", "AAAAAAAAAAAAAAAAAAAAAA"), ("ExpectedTotal", "12.5"), ("Method", "sandbox"), ("productId", "7"), ("quantity", "1"),
        ("stars", "5"), ("title", "Fine"), ("opinion", "helpful"),
    ];

    [Fact]
    public async Task No_form_of_the_storefront_does_anything_without_its_token()
    {
        using var browser = fixture.Web.Browser();
        await browser.RegisterOnPageAsync();
        var forms = Forms();
        Assert.Superset(
            new HashSet<string> { "/cart/add", "/checkout/place", "/orders/{id:guid}/pay", "/orders/{id:guid}/cancel", "/logout", "/login", "/register" },
            forms.Select(form => "/" + form.RoutePattern.RawText!.TrimStart('/')).ToHashSet());

        foreach (var form in forms)
        {
            fixture.Upstream.Forget();
            var answer = await SendAsync(browser, form);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{form.RoutePattern.RawText}: {answer.StatusCode}");
            Assert.DoesNotContain(fixture.Upstream.Seen, seen => seen.Method != "GET");
        }

        // The same requests with the token, logging out last: it was only the token that was missing.
        foreach (var form in forms.Where(form => form.Metadata.GetMetadata<ComponentTypeMetadata>() is null).OrderBy(form => Path(form) == "/logout"))
        {
            var answer = await browser.SubmitAsync("/checkout", Path(form), Fields);
            Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{form.RoutePattern.RawText}: {answer.StatusCode}");
        }
    }

    private List<RouteEndpoint> Forms() =>
    [
        .. fixture.Web.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") == true)
            .Where(endpoint => !Path(endpoint).StartsWith("/api/", StringComparison.Ordinal) && !Path(endpoint).StartsWith("/_", StringComparison.Ordinal)),
    ];

    private static string Path(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => segment.Parts[0] switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart parameter when parameter.ParameterPolicies.Any(policy => policy.Content == "guid") => Storefront.OrderPath.Split('/')[^1],
        _ => "7",
    }));

    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, RouteEndpoint form)
    {
        var path = Path(form);
        (string, string)[] own = path is "/login" or "/register"
            ? [("_handler", path[1..]), ("Email", Storefront.NewEmail()), ("Password", "correct horse")]
            : Fields;
        using var content = new FormUrlEncodedContent(own.Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        return await browser.PostAsync(new Uri(path, UriKind.Relative), content);
    }
}
