using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.Inventory;

namespace Shop.Tests.Service.Catalog;

/// <summary>What a reservation is, whichever strategy makes it. Everything runs against each of them.</summary>
public abstract class ReservationTests(CatalogBed bed)
{
    private readonly Guid _order = Guid.CreateVersion7();
    private readonly Guid _customer = Guid.CreateVersion7();

    [Fact]
    public async Task It_holds_all_lines_and_answers_names_prices_and_the_total()
    {
        var (first, second) = (await bed.ProductAsync(stock: 5, price: 19.99m), await bed.ProductAsync(stock: 5, price: 5m));
        using var orders = bed.Orders();
        var answer = await Answer.ReserveAsync(orders, _order, 1, _customer, (second, 1), (first, 2));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(4498, (long)answer.Json["total"]!);
        Assert.Equal("CNY", (string?)answer.Json["currency"]);
        Assert.Equal("Thing under test", (string?)answer.Json["lines"]![0]!["name"]);
        Assert.Equal(1999, (long)answer.Json["lines"]![0]!["price"]!);
        Assert.Equal(new StockNumbers(5, 2), await bed.StockAsync(first));
        Assert.Equal(new StockNumbers(5, 1), await bed.StockAsync(second));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Fifty_repeats_on_two_replicas_are_one_reservation_with_one_answer()
    {
        var product = await bed.ProductAsync(stock: 100);
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Answer.InsistAsync(
            () => Answer.ReserveAsync(n % 2 == 0 ? here : there, _order, 1, _customer, (product, 3)))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(answer => answer.Json.ToJsonString()).Distinct());
        Assert.Equal(new StockNumbers(100, 3), await bed.StockAsync(product));
    }

    [Fact]
    public async Task Another_body_under_the_same_revision_is_a_conflict()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 3));
        var answer = await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        Assert.Equal((HttpStatusCode.Conflict, "reservation_conflict"), (answer.Status, answer.Code));
        Assert.Equal(new StockNumbers(10, 3), await bed.StockAsync(product));
    }

    [Fact]
    public async Task Sold_out_names_the_product_and_holds_nothing_of_the_basket()
    {
        var (plenty, few) = (await bed.ProductAsync(stock: 10), await bed.ProductAsync(stock: 2));
        using var orders = bed.Orders();
        var answer = await Answer.ReserveAsync(orders, _order, 1, _customer, (plenty, 1), (few, 3));

        Assert.Equal((HttpStatusCode.Conflict, "sold_out"), (answer.Status, answer.Code));
        Assert.Equal(few, (long)answer.Json["productId"]!);
        Assert.Equal(2, (int)answer.Json["available"]!);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(plenty));
    }

    [Fact]
    public async Task An_unknown_product_is_named()
    {
        using var orders = bed.Orders();
        var answer = await Answer.ReserveAsync(orders, _order, 1, _customer, (987654321, 1));
        Assert.Equal((HttpStatusCode.NotFound, "product_unknown"), (answer.Status, answer.Code));
        Assert.Equal(987654321, (long)answer.Json["productId"]!);
    }

    [Fact]
    public async Task A_retired_product_cannot_be_reserved_any_more()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var administrator = bed.Administrator();
        using var retired = await administrator.DeleteAsync($"/api/products/{product}");
        using var orders = bed.Orders();
        Assert.Equal("product_unknown", (await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 1))).Code);
    }

    [Fact]
    public async Task A_higher_revision_replaces_the_lines_and_keeps_lease_and_price()
    {
        var (kept, added) = (await bed.ProductAsync(stock: 5), await bed.ProductAsync(stock: 5));
        using var orders = bed.Orders();
        var before = await Answer.ReserveAsync(orders, _order, 1, _customer, (kept, 4));
        await bed.ExecuteAsync("UPDATE variants SET price = 5000 WHERE id = $1", kept);
        var after = await Answer.ReserveAsync(orders, _order, 2, _customer, (kept, 5), (added, 1));

        Assert.Equal((string?)before.Json["expiresAt"], (string?)after.Json["expiresAt"]);
        Assert.Equal(1000, (long)after.Json["lines"]![0]!["price"]!);
        Assert.Equal(new StockNumbers(5, 5), await bed.StockAsync(kept));
        Assert.Equal(new StockNumbers(5, 1), await bed.StockAsync(added));
        Assert.Equal("reservation_conflict", (await Answer.ReserveAsync(orders, _order, 1, _customer, (kept, 4))).Code);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_release_gives_back_once_and_refuses_the_reservation_that_comes_late()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        for (var repeat = 0; repeat < 3; repeat++)
        {
            using var released = await orders.DeleteAsync($"/internal/reservations/{_order}");
            Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        }

        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        Assert.Equal("reservation_closed", (await Answer.ReserveAsync(orders, _order, 2, _customer, (product, 4))).Code);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_release_that_comes_first_refuses_the_reservation()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        using var released = await orders.DeleteAsync($"/internal/reservations/{_order}");
        Assert.Equal("reservation_closed", (await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4))).Code);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
    }

    [Fact]
    public async Task A_release_up_to_a_revision_leaves_the_next_one_possible()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        using var released = await orders.DeleteAsync($"/internal/reservations/{_order}?revision=1");
        Assert.Equal("reservation_closed", (await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4))).Code);
        Assert.Equal(HttpStatusCode.OK, (await Answer.ReserveAsync(orders, _order, 2, _customer, (product, 3))).Status);
        using var late = await orders.DeleteAsync($"/internal/reservations/{_order}?revision=1");
        Assert.Equal(new StockNumbers(10, 3), await bed.StockAsync(product));
    }

    [Fact]
    public async Task A_confirmation_sells_what_is_held_and_repeats_get_the_same_answer()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        var first = await ConfirmAsync(orders, version: 2);
        Assert.Equal((HttpStatusCode.OK, 0), (first.Status, (int)first.Json["shortage"]!));
        foreach (var version in (long[])[2, 1, 3])
            Assert.Equal(first.Json.ToJsonString(), (await ConfirmAsync(orders, version)).Json.ToJsonString());
        Assert.Equal(new StockNumbers(6, 0), await bed.StockAsync(product));
        Assert.Equal("reservation_closed", (await Answer.ReserveAsync(orders, _order, 2, _customer, (product, 4))).Code);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_late_confirmation_says_what_is_gone_and_sells_the_rest()
    {
        var (there, gone) = (await bed.ProductAsync(stock: 10), await bed.ProductAsync(stock: 3));
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (there, 4), (gone, 3));
        await bed.ExpireAsync(_order);
        await Answer.ReserveAsync(orders, Guid.CreateVersion7(), 1, _customer, (gone, 1));
        for (var repeat = 0; repeat < 2; repeat++)
        {
            var late = await ConfirmAsync(orders, version: 2);
            Assert.Equal(HttpStatusCode.OK, late.Status);
            Assert.Equal([(there, 0), (gone, 3)], late.Json["lines"]!.AsArray().Select(line => ((long)line!["productId"]!, (int)line["shortage"]!)));
        }
        Assert.Equal(new StockNumbers(6, 0), await bed.StockAsync(there));
        Assert.Equal(new StockNumbers(3, 1), await bed.StockAsync(gone));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_confirmation_of_what_was_given_back_by_a_newer_message_is_closed_and_of_what_has_not_come_unknown()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        using var released = await orders.DeleteAsync($"/internal/reservations/{_order}?version=3");
        var closed = await ConfirmAsync(orders, version: 2);
        Assert.Equal((HttpStatusCode.Conflict, "reservation_closed"), (closed.Status, closed.Code));

        var never = Guid.CreateVersion7();
        for (var repeat = 0; repeat < 2; repeat++)
        {
            var unknown = await Answer.OfAsync(orders.PostAsJsonAsync($"/internal/reservations/{never}/confirm", new { revision = 1, version = 2 }));
            Assert.Equal((HttpStatusCode.NotFound, "reservation_unknown"), (unknown.Status, unknown.Code));
        }
        Assert.Equal("reservation_closed", (await Answer.ReserveAsync(orders, never, 2, _customer, (product, 1))).Code);
        Assert.Equal(HttpStatusCode.OK, (await Answer.ReserveAsync(orders, never, 1, _customer, (product, 1))).Status);
        Assert.Equal(new StockNumbers(9, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_release_with_the_orders_version_takes_back_what_was_sold_and_one_without_does_not()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        await ConfirmAsync(orders, version: 2);
        foreach (var stale in (string[])["", "?version=2"])
        {
            var refused = await Answer.OfAsync(orders.DeleteAsync($"/internal/reservations/{_order}{stale}"));
            Assert.Equal((HttpStatusCode.Conflict, "reservation_sold"), (refused.Status, refused.Code));
        }
        Assert.Equal(new StockNumbers(6, 0), await bed.StockAsync(product));
        for (var repeat = 0; repeat < 2; repeat++)
        {
            using var ended = await orders.DeleteAsync($"/internal/reservations/{_order}?version=3");
            Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        }
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Somebody_else_cannot_change_a_reservation()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        Assert.Equal("reservation_conflict", (await Answer.ReserveAsync(orders, _order, 2, Guid.CreateVersion7(), (product, 5))).Code);
        Assert.Equal(new StockNumbers(10, 4), await bed.StockAsync(product));
    }

    [Fact]
    public async Task Two_hundred_buyers_of_fifty_units_get_exactly_fifty()
    {
        var product = await bed.ProductAsync(stock: 50);
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        var orders = Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7()).ToList();
        var answers = await Task.WhenAll(orders.Select((order, n) => Answer.InsistAsync(
            () => Answer.ReserveAsync(n % 2 == 0 ? here : there, order, 1, _customer, (product, 1)))));

        Assert.Equal(50, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(150, answers.Count(answer => answer.Code == "sold_out"));
        Assert.Equal(new StockNumbers(50, 50), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Baskets_of_opposite_order_on_two_replicas_do_not_lock_each_other_out()
    {
        var (a, b) = (await bed.ProductAsync(stock: 100), await bed.ProductAsync(stock: 100));
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        var orders = Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7()).ToList();
        var answers = await Task.WhenAll(orders.Select((order, n) => Answer.InsistAsync(() => n % 2 == 0
            ? Answer.ReserveAsync(here, order, 1, _customer, (a, 1), (b, 1))
            : Answer.ReserveAsync(there, order, 1, _customer, (b, 1), (a, 1)))));

        Assert.Equal(100, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(100, answers.Count(answer => answer.Code == "sold_out"));
        Assert.Equal(new StockNumbers(100, 100), await bed.StockAsync(a));
        Assert.Equal(new StockNumbers(100, 100), await bed.StockAsync(b));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [InlineData("orderId", """{"revision":1,"customerId":"00000000-0000-4000-8000-000000000001","lines":[{"productId":1,"quantity":1}]}""")]
    [InlineData("lines", """{"orderId":"00000000-0000-4000-8000-000000000001","revision":1,"customerId":"00000000-0000-4000-8000-000000000001"}""")]
    [InlineData("lines", """{"orderId":"00000000-0000-4000-8000-000000000001","revision":1,"customerId":"00000000-0000-4000-8000-000000000001","lines":[{"productId":1,"quantity":1},{"productId":1,"quantity":1}]}""")]
    [InlineData("lines.quantity", """{"orderId":"00000000-0000-4000-8000-000000000001","revision":1,"customerId":"00000000-0000-4000-8000-000000000001","lines":[{"productId":1,"quantity":0}]}""")]
    [InlineData("revision", """{"orderId":"00000000-0000-4000-8000-000000000001","revision":0,"customerId":"00000000-0000-4000-8000-000000000001","lines":[{"productId":1,"quantity":1}]}""")]
    public async Task A_request_that_breaks_a_rule_names_the_field(string field, string body)
    {
        using var orders = bed.Orders();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var answer = await Answer.OfAsync(orders.PostAsync("/internal/reservations", content));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, (string?)answer.Json["field"]);
    }

    [Fact]
    public async Task Only_Orders_may_reserve()
    {
        using var visitor = bed.Visitor();
        using var administrator = bed.Administrator();
        Assert.Equal(HttpStatusCode.Unauthorized, (await Answer.ReserveAsync(visitor, _order, 1, _customer, (1, 1))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Answer.ReserveAsync(administrator, _order, 1, _customer, (1, 1))).Status);
    }

    [Fact]
    public async Task A_reservation_is_seen_in_what_can_be_bought()
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        using var visitor = bed.Visitor(replica: 1);
        await Answer.ReserveAsync(orders, _order, 1, _customer, (product, 4));
        var list = await Answer.OfAsync(visitor.GetAsync($"/api/products?ids={product}"));
        Assert.Equal(6, (int)Assert.Single((JsonArray)list.Json["items"]!)!["available"]!);
    }

    private Task<Answer> ConfirmAsync(HttpClient orders, long version) =>
        Answer.OfAsync(orders.PostAsJsonAsync($"/internal/reservations/{_order}/confirm", new { revision = 1, version }));
}

[Collection(Servers.Collection)]
public sealed class GroupCommitTests(CatalogBed bed) : ReservationTests(bed), IClassFixture<CatalogBed>
{
    [Fact]
    public void It_is_the_default() => Assert.Equal("batch", new InventoryOptions().Strategy);
}

[Collection(Servers.Collection)]
public sealed class ConditionalUpdateTests(SingleCatalogBed bed) : ReservationTests(bed), IClassFixture<SingleCatalogBed>
{
    [Fact]
    public void It_is_what_the_bed_runs() => Assert.IsType<ConditionalUpdates>(bed.Services.GetRequiredService<IStockStrategy>());
}
