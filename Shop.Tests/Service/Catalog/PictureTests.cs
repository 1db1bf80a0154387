using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Catalog.Administration;
using Shop.Catalog.Cache;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class PictureTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private const int Maximum = 2 * 1024 * 1024;
    private readonly HttpClient _administrator = bed.Administrator();
    private readonly HttpClient _visitor = bed.Visitor(replica: 1);

    public void Dispose()
    {
        _administrator.Dispose();
        _visitor.Dispose();
    }

    [Fact]
    public async Task A_product_without_pictures_has_the_drawn_one()
    {
        var product = await DetailAsync(await bed.ProductAsync(stock: 1));
        Assert.Contains("/image.svg", (string)product["imageUrl"]!, StringComparison.Ordinal);
        Assert.Empty(product["pictures"]!.AsArray());
    }

    [Fact]
    public async Task A_drawn_picture_is_drawn_once_for_its_version_and_never_for_a_made_up_product()
    {
        var id = await bed.ProductAsync(stock: 1);
        var path = (string)(await DetailAsync(id))["imageUrl"]!;
        // The other replica has heard of it.
        await Eventually.TrueAsync(async () => (await _visitor.SendAsync("GET", $"/api/products/{id}")).Status == HttpStatusCode.OK);
        using var queries = new DatabaseQueries(
            new NpgsqlConnectionStringBuilder(bed.Settings["ConnectionStrings:catalogdb"]).Database!, "p.category, p.version");
        for (var repeat = 0; repeat < 5; repeat++)
        {
            using var drawn = await _visitor.GetAsync(path);
            Assert.Equal("public, max-age=31536000, immutable", drawn.Headers.CacheControl!.ToString());
            using var unknown = await _visitor.GetAsync($"/api/products/{5_000_000 + repeat}/image.svg");
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        }
        Assert.Equal(1, queries.Count);
        using var old = await _visitor.GetAsync(path.Replace("v=1", "v=0", StringComparison.Ordinal));
        Assert.Equal((true, "no-cache"), (old.IsSuccessStatusCode, old.Headers.CacheControl!.ToString()));
    }

    [Fact]
    public async Task Pictures_and_reviews_wait_at_the_same_gate_as_pages()
    {
        var settings = new Dictionary<string, string>(bed.Settings)
        {
            ["Catalog:Cache:MaxLoads"] = "1", ["Catalog:Cache:MaxWaitingLoads"] = "0",
        };
        await using var replica = await CatalogBed.StartAsync(settings);
        using var visitor = new HttpClient { BaseAddress = replica.Address };
        await Eventually.TrueAsync(async () => (await visitor.GetAsync("/api/products/1")).IsSuccessStatusCode);
        var held = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var load = replica.Services.GetRequiredService<LoadGate>().RunAsync(_ => held.Task, CancellationToken.None);
        foreach (var path in new[] { "products/1/image.svg", $"pictures/{new string('0', 64)}.png", "products/1/reviews" })
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await visitor.GetAsync("/api/" + path)).StatusCode);
        held.SetResult(true);
        await load;
    }

    public static TheoryData<byte[], string, string> Formats { get; } = new()
    {
        { Pictures.Png, "image/png", "png" }, { Pictures.Jpeg, "image/jpeg", "jpg" }, { Pictures.Webp, "image/webp", "webp" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_picture_is_uploaded_shown_and_kept_by_browsers(byte[] bytes, string type, string format)
    {
        var id = await bed.ProductAsync(stock: 1);
        var uploaded = await UploadAsync(id, bytes, type, "?alt=A%20red%20field&altZh=%E7%BA%A2");
        Assert.Equal(HttpStatusCode.Created, uploaded.Status);
        var url = $"/api/pictures/{Convert.ToHexStringLower(SHA256.HashData(bytes))}.{format}";
        var product = await DetailAsync(id);
        Assert.Equal(
            (url, url, "A red field", 7, 5),
            ((string)product["imageUrl"]!, (string)product["pictures"]![0]!["url"]!, (string)product["pictures"]![0]!["alt"]!,
             (int)product["pictures"]![0]!["width"]!, (int)product["pictures"]![0]!["height"]!));
        Assert.Equal("红", (string?)(await DetailAsync(id, "zh"))["pictures"]![0]!["alt"]);
        foreach (var list in new[] { $"/api/products?ids={id}", $"/api/variants?products={id}" })
            Assert.Equal(url, (string?)(await _administrator.SendAsync("GET", list)).Json["items"]![0]!["imageUrl"]);

        using var shown = await _visitor.GetAsync(url);
        Assert.Equal(bytes, await shown.Content.ReadAsByteArrayAsync());
        Assert.Equal(
            (type, "public, max-age=31536000, immutable", "nosniff", "default-src 'none'; sandbox"),
            (shown.Content.Headers.ContentType!.ToString(), shown.Headers.CacheControl!.ToString(),
             shown.Headers.GetValues("X-Content-Type-Options").Single(), shown.Headers.GetValues("Content-Security-Policy").Single()));
        using var again = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { IfNoneMatch = { shown.Headers.ETag! } } };
        using var unchanged = await _visitor.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task Pictures_are_ordered_described_and_removed_and_each_step_is_a_version_in_the_trail()
    {
        var id = await bed.ProductAsync(stock: 1);
        var hashes = new List<string>();
        for (uint n = 1; n <= 3; n++)
            hashes.Add((string)(await UploadAsync(id, Pictures.PngOf(n, n, seed: (int)id))).Json["hash"]!);
        Assert.Equal("1, 2, 3", await WidthsAsync(id));

        var arranged = await _administrator.SendAsync("PUT", $"/api/products/{id}/pictures", $$"""
            {"items":[{"hash":"{{hashes[2]}}","alt":"Third"},{"hash":"{{hashes[0]}}"},{"hash":"{{hashes[1]}}","altZh":"二"}]}
            """);
        Assert.Equal(HttpStatusCode.OK, arranged.Status);
        Assert.Equal("3, 1, 2", await WidthsAsync(id));
        var product = await DetailAsync(id);
        Assert.Equal(["Third", "Thing under test", "Thing under test"], product["pictures"]!.Strings("alt"));
        Assert.Contains(hashes[2], (string)product["imageUrl"]!, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await _administrator.SendAsync("DELETE", $"/api/products/{id}/pictures/{hashes[2]}")).Status);
        Assert.Equal("1, 2", await WidthsAsync(id));
        Assert.Contains(hashes[0], (string)(await DetailAsync(id))["imageUrl"]!, StringComparison.Ordinal);
        Assert.Equal("picture_unknown", (await _administrator.SendAsync("DELETE", $"/api/products/{id}/pictures/{hashes[2]}")).Code);

        Assert.Equal(6, await _administrator.VersionAsync(id));
        Assert.Equal(
            ["picture.removed", "picture.arranged", "picture.added", "picture.added", "picture.added", "product.created"],
            (await _administrator.AuditAsync($"product:{id}")).Actions());
        Assert.Equal(["pictures"], (await _administrator.AuditAsync($"product:{id}"))[0]!["after"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task The_editor_sees_the_pictures_with_both_texts()
    {
        var id = await bed.ProductAsync(stock: 1);
        await UploadAsync(id, Pictures.PngOf(9, 9, seed: (int)id), query: "?altZh=%E4%B9%9D");
        var picture = (await _administrator.EditAsync(id)).Product["pictures"]![0]!;
        Assert.Equal((null, "九", 9), ((string?)picture["alt"], (string?)picture["altZh"], (int)picture["width"]!));
    }

    [Fact]
    public async Task A_picture_of_two_products_stays_with_the_other_when_one_drops_it()
    {
        var (one, other) = (await bed.ProductAsync(stock: 1), await bed.ProductAsync(stock: 1));
        var bytes = Pictures.PngOf(11, 11, seed: (int)one);
        var hash = (string)(await UploadAsync(one, bytes)).Json["hash"]!;
        await UploadAsync(other, bytes);
        Assert.Equal("picture_known", (await UploadAsync(other, bytes)).Code);
        await _administrator.SendAsync("DELETE", $"/api/products/{one}/pictures/{hash}");
        await LetDaysPassAsync();
        Assert.Equal(HttpStatusCode.OK, (await _visitor.GetAsync($"/api/pictures/{hash}.png")).StatusCode);
        await _administrator.SendAsync("DELETE", $"/api/products/{other}/pictures/{hash}");
        Assert.Equal(HttpStatusCode.OK, (await _visitor.GetAsync($"/api/pictures/{hash}.png")).StatusCode);
        await LetDaysPassAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await _visitor.GetAsync($"/api/pictures/{hash}.png")).StatusCode);
    }

    [Fact]
    public async Task A_picture_may_be_as_large_as_the_bound_and_no_larger()
    {
        var id = await bed.ProductAsync(stock: 1);
        Assert.Equal(HttpStatusCode.Created, (await UploadAsync(id, Pictures.PngOf(5, 6, Maximum, (int)id))).Status);
        var refused = await UploadAsync(id, Pictures.PngOf(5, 7, Maximum + 1, (int)id));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), (refused.Status, refused.Code));
        refused = await UploadAsync(id, Pictures.PngOf(5, 7, Maximum + 1, (int)id), chunked: true);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), (refused.Status, refused.Code));
        Assert.Equal(2, await _administrator.VersionAsync(id));
    }

    public static TheoryData<byte[], string, int> Refused { get; } = new()
    {
        { Pictures.Png, "image/jpeg", 400 }, { Pictures.Jpeg, "image/png", 400 }, { Pictures.Webp, "image/png", 400 },
        { "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8.ToArray(), "image/png", 400 },
        { [], "image/png", 400 }, { Pictures.Png[..20], "image/png", 400 },
        { Pictures.PngOf(8001, 1), "image/png", 400 }, { Pictures.PngOf(1, 8001), "image/png", 400 }, { Pictures.PngOf(8000, 8000), "image/png", 400 },
        { Pictures.Png, "image/svg+xml", 415 }, { Pictures.Png, "text/html", 415 }, { Pictures.Png, "application/json", 415 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_not_the_picture_that_it_claims_to_be_is_refused(byte[] bytes, string type, int status)
    {
        var answer = await UploadAsync(1, bytes, type);
        Assert.Equal(status, (int)answer.Status);
        Assert.NotNull(answer.Code);
        if (status == 400) Assert.Equal("body", (string?)answer.Json["field"]);
        Assert.Empty((await DetailAsync(1))["pictures"]!.AsArray());
    }

    [Fact]
    public async Task A_product_has_at_most_twenty_pictures_and_texts_have_a_length()
    {
        var id = await bed.ProductAsync(stock: 1);
        for (uint n = 1; n <= 20; n++) Assert.Equal(HttpStatusCode.Created, (await UploadAsync(id, Pictures.PngOf(n, 1, seed: (int)id))).Status);
        Assert.Equal("picture_limit", (await UploadAsync(id, Pictures.PngOf(21, 1, seed: (int)id))).Code);
        Assert.Equal("alt", (string?)(await UploadAsync(id, Pictures.Png, query: "?alt=" + new string('a', 301))).Json["field"]);
        Assert.Equal("altZh", (string?)(await UploadAsync(id, Pictures.Png, query: "?altZh=%07")).Json["field"]);
    }

    [Fact]
    public async Task An_arrangement_names_every_picture_once()
    {
        var id = await bed.ProductAsync(stock: 1);
        var hash = (string)(await UploadAsync(id, Pictures.PngOf(3, 3, seed: (int)id))).Json["hash"]!;
        string[] bodies =
        [
            "{}", """{"items":[]}""", """{"items":[null]}""", """{"items":[{"hash":"x"}]}""",
            $$"""{"items":[{"hash":"{{hash}}"},{"hash":"{{hash}}"}]}""",
        ];
        foreach (var body in bodies)
        {
            var answer = await _administrator.SendAsync("PUT", $"/api/products/{id}/pictures", body);
            Assert.Equal((HttpStatusCode.BadRequest, "items"), (answer.Status, (string?)answer.Json["field"]));
        }
    }

    [Fact]
    public async Task Versions_and_roles_hold_for_pictures_too()
    {
        var id = await bed.ProductAsync(stock: 1);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await UploadAsync(id, Pictures.Png, ifMatch: "\"v7\"")).Status);
        Assert.Equal("product_unknown", (await UploadAsync(long.MaxValue, Pictures.Png)).Code);
        using var customer = bed.Customer();
        foreach (var (method, path) in new[] { ("POST", ""), ("PUT", ""), ("DELETE", "/00") })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await customer.SendAsync(method, $"/api/products/{id}/pictures{path}", "{}")).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await _visitor.SendAsync(method, $"/api/products/{id}/pictures{path}", "{}")).Status);
        }
    }

    [Fact]
    public async Task The_document_of_the_API_names_the_types_of_a_picture()
    {
        var document = (await _visitor.SendAsync("GET", "/openapi/v1.json")).Json;
        var body = document["paths"]!["/api/products/{id}/pictures"]!["post"]!["requestBody"]!;
        Assert.Equal(["image/png", "image/jpeg", "image/webp"], body["content"]!.AsObject().Select(type => type.Key));
    }

    [Theory]
    [InlineData("/api/pictures/00.png")]
    [InlineData("/api/pictures/0000000000000000000000000000000000000000000000000000000000000000.png")]
    [InlineData("/api/pictures/zz00000000000000000000000000000000000000000000000000000000000000.png")]
    [InlineData("/api/pictures/0000000000000000000000000000000000000000000000000000000000000000.svg")]
    [InlineData("/api/pictures/x")]
    public async Task A_picture_that_is_not_there_is_not_found(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _visitor.GetAsync(path)).StatusCode);

    private async Task<Answer> UploadAsync(
        long id, byte[] bytes, string type = "image/png", string query = "", bool chunked = false, string? ifMatch = null)
    {
        using HttpContent content = chunked ? new StreamContent(new Unseekable(bytes)) : new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/products/{id}/pictures{query}") { Content = content };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Answer.OfAsync(_administrator.SendAsync(request));
    }

    private async Task<JsonNode> DetailAsync(long id, string language = "en") =>
        (await _administrator.SendAsync("GET", $"/api/products/{id}?lang={language}")).Json;

    private async Task<string> WidthsAsync(long id) =>
        string.Join(", ", (await DetailAsync(id))["pictures"]!.AsArray().Select(picture => (int)picture!["width"]!));

    private async Task LetDaysPassAsync()
    {
        await bed.ExecuteAsync("UPDATE pictures SET changed_at = changed_at - interval '2 days'");
        await bed.Services.GetServices<IHostedService>().OfType<HistoryRetention>().Single().DropAsync(CancellationToken.None);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
