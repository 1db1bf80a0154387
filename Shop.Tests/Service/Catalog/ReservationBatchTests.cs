using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

/// <summary>Reservations of many orders in one call, whichever strategy makes them.</summary>
public abstract class ReservationBatchTests(CatalogBed bed)
{
    private readonly Guid _customer = Guid.CreateVersion7();

    [Fact]
    public async Task Each_is_answered_as_if_it_had_been_called_alone()
    {
        var (plenty, few) = (await bed.ProductAsync(stock: 10), await bed.ProductAsync(stock: 2));
        JsonObject[] requests =
            [Request(plenty, 1), Request(few, 3), Request(987654321, 1), Request(plenty, 0), Request(plenty, 1, coupon: "NO-SUCH"), Request(plenty, 2)];
        using var orders = bed.Orders();
        var results = Results(await BatchAsync(orders, requests));

        Assert.Equal([200, 409, 404, 400, 404, 200], results.Select(result => (int)result["status"]!));
        for (var i = 0; i < requests.Length; i++)
        {
            var alone = await Answer.OfAsync(orders.PostAsJsonAsync("/internal/reservations", requests[i]));
            Assert.Equal((int)alone.Status, (int)results[i]["status"]!);
            Assert.Equal(((string?)requests[i]["orderId"], 1), ((string?)results[i]["orderId"], (int)results[i]["revision"]!));
            if (alone.Status == HttpStatusCode.OK)
                Assert.Equal(alone.Json.ToJsonString(), results[i]["reservation"]!.ToJsonString());
            else
                foreach (var (name, value) in results[i]["problem"]!.AsObject())
                    Assert.True(JsonNode.DeepEquals(alone.Json[name], value), $"{name}: {alone.Json} and {value}");
        }
        Assert.Equal(2, (int)results[1]["problem"]!["available"]!);
        Assert.Equal(new StockNumbers(10, 3), await bed.StockAsync(plenty));
        Assert.Equal(new StockNumbers(2, 0), await bed.StockAsync(few));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_repeat_of_the_call_holds_nothing_more()
    {
        var product = await bed.ProductAsync(stock: 200);
        JsonObject[] requests = [.. Enumerable.Range(0, 100).Select(_ => Request(product, 1))];
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        var answers = await Task.WhenAll(BatchAsync(here, requests), BatchAsync(there, requests));
        Assert.All(answers, answer => Assert.All(Results(answer), result => Assert.Equal(200, (int)result["status"]!)));
        Assert.Equal(answers[0].Json.ToJsonString(), answers[1].Json.ToJsonString());
        Assert.Equal(new StockNumbers(200, 100), await bed.StockAsync(product));
        await AssertTransactionsAsync([.. requests.Select(request => Guid.Parse((string)request["orderId"]!))]);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Revisions_of_one_order_in_one_call_end_with_the_highest()
    {
        var product = await bed.ProductAsync(stock: 10);
        var first = Request(product, 2);
        var second = (JsonObject)first.DeepClone();
        second["revision"] = 2;
        second["lines"]![0]!["quantity"] = 3;
        using var orders = bed.Orders();
        var results = Results(await BatchAsync(orders, [first, second]));
        Assert.Equal(200, (int)results[1]["status"]!);
        Assert.Equal(new StockNumbers(10, 3), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public async Task A_call_holds_one_to_a_hundred(int count)
    {
        using var orders = bed.Orders();
        var answer = await BatchAsync(orders, [.. Enumerable.Range(0, count).Select(_ => Request(1, 1))]);
        Assert.Equal((HttpStatusCode.BadRequest, "reservations"), (answer.Status, (string?)answer.Json["field"]));
    }

    [Theory]
    [InlineData("{}", "reservations")]
    [InlineData("""{"reservations":[null]}""", "reservations")]
    [InlineData("""{"reservations":[{"orderId":7}]}""", "reservations[0].orderId")]
    public async Task A_call_that_cannot_be_read_names_the_field(string body, string field)
    {
        using var orders = bed.Orders();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await Answer.OfAsync(orders.PostAsync("/internal/reservations/batch", content));
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task A_body_beyond_a_mebibyte_is_refused()
    {
        // Asks before it sends, however long the answer takes: a server that refuses does not read on.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan };
        using var orders = CatalogBed.OrdersAt(bed.Addresses[0], handler);
        orders.DefaultRequestHeaders.ExpectContinue = true;
        using var content = new StringContent($$"""{"reservations":[],"more":"{{new string('x', 1024 * 1024)}}"}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Answer.OfAsync(orders.PostAsync("/internal/reservations/batch", content))).Status);
    }

    protected virtual Task AssertTransactionsAsync(Guid[] orders) => Task.CompletedTask;

    private static Task<Answer> BatchAsync(HttpClient orders, JsonObject[] requests) =>
        Answer.OfAsync(orders.PostAsJsonAsync("/internal/reservations/batch", new { reservations = requests }));

    private static JsonNode[] Results(Answer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Json["results"]!.AsArray().Select(result => result!)];
    }

    private JsonObject Request(long product, int quantity, string? coupon = null) => new()
    {
        ["orderId"] = $"{Guid.CreateVersion7()}", ["revision"] = 1, ["customerId"] = $"{_customer}", ["coupon"] = coupon,
        ["lines"] = new JsonArray(new JsonObject { ["productId"] = product, ["quantity"] = quantity }),
    };
}

[Collection(Servers.Collection)]
public sealed class GroupCommitBatchTests(CatalogBed bed) : ReservationBatchTests(bed), IClassFixture<CatalogBed>
{
    private readonly CatalogBed _bed = bed;

    protected override async Task AssertTransactionsAsync(Guid[] orders) =>
        Assert.InRange(await _bed.CountAsync("SELECT count(DISTINCT xmin::text) FROM reservations WHERE order_id = ANY ($1)", orders), 1, 10);
}

[Collection(Servers.Collection)]
public sealed class ConditionalUpdateBatchTests(SingleCatalogBed bed) : ReservationBatchTests(bed), IClassFixture<SingleCatalogBed>;
