using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Service.Web;

/// <summary>A small assortment for the upstream, and what visitors do.</summary>
internal static partial class Storefront
{
    public const string Product = """
        {"id":7,"slug":"tea-cup","name":"Tea <b>cup</b>","price":12.5,"currency":"CNY","category":"kitchen","imageUrl":"/api/products/7/picture","available":3}
        """;

    /// <summary>The same with three pictures, of which nobody has described the last.</summary>
    public const string ProductWithPictures = """
        {"id":7,"slug":"tea-cup","name":"Tea <b>cup</b>","price":12.5,"currency":"CNY","category":"kitchen","imageUrl":"/api/pictures/front.png","available":3,
         "pictures":[{"url":"/api/pictures/front.png","alt":"Cup from the front","width":1200,"height":900},
          {"url":"/api/pictures/side.png","alt":"Cup from the side","width":600,"height":1500},
          {"url":"/api/pictures/back.png","alt":"Tea <b>cup</b>","width":2000,"height":500}]}
        """;

    public const string Facets = """
        {"count":1,"capped":false,"categories":[],"brands":[{"slug":"a&b","name":"A & B","count":1},{"slug":"c","name":"C","count":0}],
         "prices":[{"min":0,"max":49.99,"count":1}],"ratings":[{"rating":4,"count":1}],"inStock":1,"corrected":null,
         "attributes":[{"name":"size","values":[{"value":"M","count":1},{"value":"XS","count":1}]}]}
        """;

    public const string Order = """
        {"id":"0f0e0d0c-0b0a-8908-8706-050403020100","status":"reserved","total":12.5,"currency":"CNY","version":1,
         "lines":[{"productId":7,"name":"Tea cup","quantity":1,"price":12.5}],"createdAt":"2026-01-01T00:00:00Z","expiresAt":"2026-01-01T00:15:00Z"}
        """;

    public const string OrderPath = "/orders/0f0e0d0c-0b0a-8908-8706-050403020100";

    public static void Fill(Upstream upstream)
    {
        upstream.Answer("GET /api/products", $$"""{"items":[{{Product}}],"next":"more"}""");
        upstream.Answer("GET /api/products/facets", Facets);
        upstream.Answer("GET /api/products/7", Product);
        upstream.Answer("GET /api/products/7/reviews", """
            {"summary":{"average":4.5,"count":2,"histogram":[0,0,0,1,1]},"next":"9.1","items":[
             {"id":9,"stars":5,"title":"Fine <i>cup</i>","body":"Holds tea.","author":null,"verified":true,"helpful":1,"createdAt":"2026-01-01T00:00:00Z","mine":false}]}
            """);
        upstream.Answer("GET /api/products/7/reviews/mine", """{"code":"review_unknown"}""", 404);
        upstream.Answer("GET /api/products/8", """{"code":"product_unknown"}""", 404);
        upstream.Answer("GET /api/categories", """{"items":[{"slug":"kitchen","name":"Kitchen","count":1}]}""");
        upstream.Answer("GET /api/cart", """
            {"items":[{"productId":7,"slug":"tea-cup","name":"Tea cup","price":12.5,"quantity":1,"available":3,"imageUrl":"/i"}],"total":12.5,"currency":"CNY","count":1}
            """);
        upstream.Answer("PUT /api/cart/items/7", "{}");
        upstream.Answer("POST /api/cart/items/7", "{}");
        upstream.Answer("POST /internal/carts/merge", "");
        upstream.Answer("POST /api/orders", Order, 201);
        upstream.Answer("GET /api" + OrderPath, Order);
        upstream.Answer("GET /api/orders", $$"""{"items":[{{Order}}],"next":null}""");
        upstream.Answer("POST /api/payments", """{"id":"00000000-0000-0000-0000-00000000000a","status":"pending"}""", 202);
        upstream.Answer("GET /api/payments/00000000-0000-0000-0000-00000000000a", """{"id":"00000000-0000-0000-0000-00000000000a","status":"pending"}""");
        upstream.Answer("GET /openapi/v1.json", """{"openapi":"3.1.1","paths":{"/api/products":{"get":{}}},"components":{"schemas":{}}}""");
    }

    public static string NewEmail() => $"{Servers.UniqueName("u")}@example.com";

    public static async Task<JsonObject> RegisterAndLogInAsync(this HttpClient client, string email, string password = "correct horse")
    {
        (await client.PostAsJsonAsync("/api/users/register", new { email, password })).EnsureSuccessStatusCode();
        return await client.LogInAsync(email, password);
    }

    public static async Task<JsonObject> LogInAsync(this HttpClient client, string email, string password)
    {
        var response = await client.PostAsJsonAsync("/api/users/login", new { email, password });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    /// <summary>Registers on the page; the client's cookies are those of a customer afterwards.</summary>
    public static async Task RegisterOnPageAsync(this HttpClient browser)
    {
        var answer = await browser.SubmitAsync("/register", "/register", ("Email", NewEmail()), ("Password", "correct horse"), ("_handler", "register"));
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
    }

    /// <summary>Opens a page and sends a form with the antiforgery token found there.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(
        this HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var html = await browser.GetStringAsync(new Uri(page, UriKind.Relative));
        var token = Token().Match(html).Groups[1].Value;
        Assert.NotEmpty(token);
        var values = fields.Append(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2));
        using var form = new FormUrlEncodedContent(values);
        return await browser.PostAsync(new Uri(action, UriKind.Relative), form);
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
