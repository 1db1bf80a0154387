using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Shop.Catalog.Inventory;
using Shop.Catalog.Reviews;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class ReviewTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    [Fact]
    public async Task A_customer_reviews_a_product_once_changes_the_review_and_takes_it_back()
    {
        var product = await bed.ProductAsync(stock: 1);
        using var customer = bed.Customer();
        Assert.Equal("review_unknown", (await SendAsync(customer, HttpMethod.Get, $"/api/products/{product}/reviews/mine")).Code);
        var made = await WriteAsync(customer, product, 4, "Good");
        Assert.Equal((HttpStatusCode.Created, false), (made.Status, (bool)made.Json["verified"]!));
        Assert.Equal("already_reviewed", (await WriteAsync(customer, product, 5, "Again")).Code);
        Assert.Equal((4m, 1, "0,0,0,1,0"), await SummaryAsync(product));

        var changed = await SendAsync(customer, HttpMethod.Put, $"/api/products/{product}/reviews/mine", new { stars = 2, title = "Broke", body = "After a week." });
        Assert.Equal((HttpStatusCode.OK, "Broke"), (changed.Status, (string?)changed.Json["title"]));
        Assert.Equal((2m, 1, "0,1,0,0,0"), await SummaryAsync(product));

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(customer, HttpMethod.Delete, $"/api/products/{product}/reviews/mine")).Status);
        Assert.Equal((0m, 0, "0,0,0,0,0"), await SummaryAsync(product));
        Assert.Equal("review_unknown", (await SendAsync(customer, HttpMethod.Delete, $"/api/products/{product}/reviews/mine")).Code);
    }

    [Fact]
    public async Task The_histogram_is_exact_when_many_write_change_and_delete_at_once()
    {
        var product = await bed.ProductAsync(stock: 1);
        var customers = Enumerable.Range(0, 40).Select(_ => bed.Customer()).ToList();
        await Task.WhenAll(customers.Select(async (customer, n) =>
        {
            // The same customer twice at a time: one of the two is refused.
            var twice = await Task.WhenAll(WriteAsync(customer, product, n % 5 + 1, "First"), WriteAsync(customer, product, n % 5 + 1, "First"));
            Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict], twice.Select(answer => answer.Status).Order());
            if (n % 3 == 0) await SendAsync(customer, HttpMethod.Put, $"/api/products/{product}/reviews/mine", new { stars = 5, title = "Changed" });
            if (n % 4 == 0) await SendAsync(customer, HttpMethod.Delete, $"/api/products/{product}/reviews/mine");
        }));
        var (average, count, histogram) = await SummaryAsync(product);
        Assert.Equal(30, count);
        foreach (var stars in Enumerable.Range(1, 5))
        {
            var counted = await bed.CountAsync($"SELECT count(*) FROM reviews WHERE product_id = $1 AND stars = {stars}", product);
            Assert.Equal(counted, int.Parse(histogram.Split(',')[stars - 1], System.Globalization.CultureInfo.InvariantCulture));
        }
        var detail = JsonNode.Parse(await bed.Visitor().GetStringAsync($"/api/products/{product}"))!;
        await Eventually.TrueAsync(async () =>
            (int)JsonNode.Parse(await bed.Visitor().GetStringAsync($"/api/products/{product}"))!["reviews"]! == count);
        Assert.InRange(average, 1, 5);
        await bed.AssertBooksAgreeAsync();
        customers.ForEach(customer => customer.Dispose());
    }

    [Fact]
    public async Task Whoever_bought_the_product_is_verified_also_when_the_review_came_first()
    {
        var product = await bed.ProductAsync(stock: 9);
        var (before, after, never) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var (customer, writesFirst) in ((Guid, bool)[])[(before, true), (after, false)])
        {
            using var client = bed.CustomerOf(customer);
            if (writesFirst) await WriteAsync(client, product, 5, "Early");
            var order = Guid.CreateVersion7();
            using var orders = bed.Orders();
            await Answer.ReserveAsync(orders, order, 1, customer, (product, 1));
            await bed.PaidAsync(order, version: 2);
            await bed.PaidAsync(order, version: 2);
            if (!writesFirst) await WriteAsync(client, product, 5, "Late");
        }
        using (var other = bed.CustomerOf(never)) await WriteAsync(other, product, 1, "Never had it");
        var items = (await PageAsync(product)).AsArray();
        Assert.Equal([("Early", true), ("Late", true), ("Never had it", false)],
            items.Select(item => ((string)item!["title"]!, (bool)item["verified"]!)).Order());
    }

    [Fact]
    public async Task A_review_written_while_the_purchase_is_being_recorded_is_verified()
    {
        var (product, buyer, order) = (await bed.ProductAsync(stock: 1), Guid.CreateVersion7(), Guid.CreateVersion7());
        using var client = bed.CustomerOf(buyer);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, order, 1, buyer, (product, 1));
        Task<Answer>? review = null;
        await bed.ReceiveAsync<OrderPaidHandler, OrderPaid>(new OrderPaid(order, 1, 2), version: 2, () =>
        {
            review = WriteAsync(client, product, 5, "Just in time");
            return Eventually.TrueAsync(async () => review.IsCompleted || await IsSomebodyWaitingAsync());
        });
        Assert.True((bool)(await review!).Json["verified"]!);
    }

    [Fact]
    public async Task A_vote_for_a_review_that_is_being_taken_back_finds_none()
    {
        var product = await bed.ProductAsync(stock: 1);
        using var author = bed.Customer();
        using var voter = bed.Customer();
        var id = (long)(await WriteAsync(author, product, 5, "Fine")).Json["id"]!;
        await using var database = NpgsqlDataSource.Create(bed.Settings["ConnectionStrings:catalogdb"]);
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var delete = new NpgsqlCommand(ReviewSql.Delete, connection, transaction);
        delete.Parameters.Add(new NpgsqlParameter { Value = product });
        delete.Parameters.Add(new NpgsqlParameter { Value = CatalogBed.CustomerOf(author) });
        await delete.ExecuteNonQueryAsync();
        var vote = SendAsync(voter, HttpMethod.Put, $"/api/reviews/{id}/helpful");
        await Eventually.TrueAsync(IsSomebodyWaitingAsync);
        await transaction.CommitAsync();
        Assert.Equal((HttpStatusCode.NotFound, "review_unknown"), ((await vote).Status, (await vote).Code));
    }

    private async Task<bool> IsSomebodyWaitingAsync() => await bed.CountAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND $1", true) > 0;

    [Fact]
    public async Task A_review_that_was_let_stand_comes_before_the_moderator_again_when_it_is_changed()
    {
        var product = await bed.ProductAsync(stock: 1);
        using var author = bed.Customer();
        using var reader = bed.Customer();
        using var moderator = bed.Administrator();
        var id = (long)(await WriteAsync(author, product, 4, "Fine")).Json["id"]!;
        await SendAsync(reader, HttpMethod.Put, $"/api/reviews/{id}/report");
        await SendAsync(moderator, HttpMethod.Put, $"/api/reviews/{id}/moderation", new { state = "published" });
        Assert.DoesNotContain(id, await ReportedAsync());
        await SendAsync(author, HttpMethod.Put, $"/api/products/{product}/reviews/mine", new { stars = 1, title = "Insults" });
        Assert.Contains(id, await ReportedAsync());

        async Task<IEnumerable<long>> ReportedAsync() =>
            (await SendAsync(moderator, HttpMethod.Get, "/api/reviews?limit=100")).Json["items"]!.AsArray().Select(item => (long)item!["id"]!);
    }

    [Fact]
    public async Task A_helpful_vote_counts_once_and_not_for_oneself()
    {
        var product = await bed.ProductAsync(stock: 1);
        using var author = bed.Customer();
        using var voter = bed.Customer();
        var id = (long)(await WriteAsync(author, product, 5, "Fine")).Json["id"]!;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(voter, HttpMethod.Put, $"/api/reviews/{id}/helpful")));
        Assert.Equal("own_review", (await SendAsync(author, HttpMethod.Put, $"/api/reviews/{id}/helpful")).Code);
        Assert.Equal(1, (int)(await PageAsync(product))[0]!["helpful"]!);
        await SendAsync(voter, HttpMethod.Delete, $"/api/reviews/{id}/helpful");
        await SendAsync(voter, HttpMethod.Delete, $"/api/reviews/{id}/helpful");
        Assert.Equal(0, (int)(await PageAsync(product))[0]!["helpful"]!);
        Assert.Equal("review_unknown", (await SendAsync(voter, HttpMethod.Put, "/api/reviews/999999999/helpful")).Code);
    }

    [Fact]
    public async Task A_reported_review_comes_before_the_moderator_and_a_hidden_one_is_neither_shown_nor_counted()
    {
        var product = await bed.ProductAsync(stock: 1);
        using var author = bed.Customer();
        using var reader = bed.Customer();
        using var moderator = bed.Administrator();
        var id = (long)(await WriteAsync(author, product, 1, "Rude words")).Json["id"]!;
        await SendAsync(reader, HttpMethod.Put, $"/api/reviews/{id}/report");
        Assert.Contains(id, (await SendAsync(moderator, HttpMethod.Get, "/api/reviews?limit=100")).Json["items"]!.AsArray().Select(item => (long)item!["id"]!));

        Assert.Equal("invalid", (await SendAsync(moderator, HttpMethod.Put, $"/api/reviews/{id}/moderation", new { state = "hidden" })).Code);
        await SendAsync(moderator, HttpMethod.Put, $"/api/reviews/{id}/moderation", new { state = "hidden", reason = "Insults" });
        await SendAsync(moderator, HttpMethod.Put, $"/api/reviews/{id}/moderation", new { state = "hidden", reason = "Insults" });
        Assert.Equal((0m, 0, "0,0,0,0,0"), await SummaryAsync(product));
        Assert.Empty((await PageAsync(product)).AsArray());
        await SendAsync(author, HttpMethod.Put, $"/api/products/{product}/reviews/mine", new { stars = 3, title = "Softer words" });
        Assert.Equal((0m, 0, "0,0,0,0,0"), await SummaryAsync(product));
        var kept = await SendAsync(author, HttpMethod.Delete, $"/api/products/{product}/reviews/mine");
        Assert.Equal((HttpStatusCode.Conflict, "review_hidden"), (kept.Status, kept.Code));
        var own = await SendAsync(author, HttpMethod.Get, $"/api/products/{product}/reviews/mine");
        Assert.Equal(("hidden", "Insults"), ((string?)own.Json["state"], (string?)own.Json["reason"]));
        Assert.DoesNotContain(id, (await SendAsync(moderator, HttpMethod.Get, "/api/reviews?limit=100")).Json["items"]!.AsArray().Select(item => (long)item!["id"]!));
        Assert.Contains(id, (await SendAsync(moderator, HttpMethod.Get, "/api/reviews?state=hidden&limit=100")).Json["items"]!.AsArray().Select(item => (long)item!["id"]!));

        await SendAsync(moderator, HttpMethod.Put, $"/api/reviews/{id}/moderation", new { state = "published" });
        Assert.Equal((3m, 1, "0,0,1,0,0"), await SummaryAsync(product));
        foreach (var path in (string[])["/api/reviews", $"/api/reviews/{id}/moderation"])
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(reader, path.EndsWith("moderation", StringComparison.Ordinal) ? HttpMethod.Put : HttpMethod.Get, path, new { state = "published" })).Status);
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("helpful")]
    public async Task Paging_shows_every_review_once(string sort)
    {
        var product = await bed.ProductAsync(stock: 1);
        using var voter = bed.Customer();
        for (var n = 0; n < 11; n++)
        {
            using var customer = bed.Customer();
            var id = (long)(await WriteAsync(customer, product, n % 5 + 1, $"Review {n}")).Json["id"]!;
            if (n % 4 == 0) await SendAsync(voter, HttpMethod.Put, $"/api/reviews/{id}/helpful");
        }
        var seen = new List<JsonNode>();
        string? after = "";
        for (; after is not null;)
        {
            var page = (await Answer.OfAsync(bed.Visitor().GetAsync($"/api/products/{product}/reviews?sort={sort}&limit=3&after={after}"))).Json;
            seen.AddRange(page["items"]!.AsArray().Select(item => item!));
            after = (string?)page["next"];
        }
        Assert.Equal(11, seen.Select(item => (long)item["id"]!).Distinct().Count());
        var expected = sort == "newest" ? seen.OrderByDescending(item => (long)item["id"]!)
            : seen.OrderByDescending(item => (int)item["helpful"]!).ThenByDescending(item => (long)item["id"]!);
        Assert.Equal(expected, seen);
        var threes = (await Answer.OfAsync(bed.Visitor().GetAsync($"/api/products/{product}/reviews?stars=3"))).Json;
        Assert.All(threes["items"]!.AsArray(), item => Assert.Equal(3, (int)item!["stars"]!));
    }

    [Theory]
    [InlineData("""{"title":"x"}""", "stars")]
    [InlineData("""{"stars":6,"title":"x"}""", "stars")]
    [InlineData("""{"stars":0,"title":"x"}""", "stars")]
    [InlineData("""{"stars":3}""", "title")]
    [InlineData("""{"stars":3,"title":"a\u0000b"}""", "title")]
    [InlineData("""{"stars":3,"title":"x","author":"0123456789012345678901234567890123456789x"}""", "author")]
    public async Task A_review_that_breaks_a_rule_is_refused_by_its_field(string body, string field)
    {
        using var customer = bed.Customer();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var answer = await Answer.OfAsync(customer.PostAsync("/api/products/3/reviews", content));
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task Nobody_reviews_what_is_not_there_or_without_logging_in()
    {
        using var customer = bed.Customer();
        Assert.Equal("product_unknown", (await WriteAsync(customer, 999_999_999, 3, "x")).Code);
        Assert.Equal("product_unknown", (await SendAsync(customer, HttpMethod.Get, "/api/products/999999999/reviews")).Code);
        using var visitor = bed.Visitor();
        Assert.Equal(HttpStatusCode.Unauthorized, (await WriteAsync(visitor, 3, 3, "x")).Status);
        foreach (var query in (string[])["sort=best", "stars=6", "limit=101", "after=1", "after=x.y"])
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(visitor, HttpMethod.Get, $"/api/products/3/reviews?{query}")).Status);
    }

    private static Task<Answer> WriteAsync(HttpClient client, long product, int stars, string title) =>
        SendAsync(client, HttpMethod.Post, $"/api/products/{product}/reviews", new { stars, title, body = "", author = "A. Shopper" });

    private static Task<Answer> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null) =>
        Answer.OfAsync(client.SendAsync(new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) }));

    private async Task<JsonNode> PageAsync(long product) =>
        (await Answer.OfAsync(bed.Visitor().GetAsync($"/api/products/{product}/reviews?limit=100"))).Json["items"]!;

    private async Task<(decimal Average, int Count, string Histogram)> SummaryAsync(long product)
    {
        var summary = (await Answer.OfAsync(bed.Visitor().GetAsync($"/api/products/{product}/reviews"))).Json["summary"]!;
        return ((decimal)summary["average"]!, (int)summary["count"]!, string.Join(',', summary["histogram"]!.AsArray().Select(n => (int)n!)));
    }
}
