using System.Net;
using System.Text.Json;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class LifecycleTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    [Fact]
    public async Task Cancelling_gives_the_stock_back_once_and_tells_it_once()
    {
        var product = bed.Product(5);
        using var shopper = bed.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 2 });
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.CancelAsync(order.Id)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.CancelAsync(order.Id)).Status);
        Assert.Equal("cancelled", (await shopper.OrderOfAsync(order.Id)).OrderStatus);
        Assert.Equal(0, bed.Catalog.Reserved(product));
        Assert.Equal(2L, await bed.QueryAsync<long>(order.Id, "SELECT count(*) FROM order_history WHERE order_id = $1"));
    }

    [Fact]
    public async Task Cancelling_succeeds_while_catalog_is_away()
    {
        var product = bed.Product(5);
        using var shopper = bed.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 2 });
        bed.Catalog.Away = true;
        try
        {
            Assert.Equal(HttpStatusCode.NoContent, (await shopper.CancelAsync(order.Id)).Status);
        }
        finally
        {
            bed.Catalog.Away = false;
        }

        Assert.Equal("cancelled", (await shopper.OrderOfAsync(order.Id)).OrderStatus);
    }

    [Fact]
    public async Task Somebody_elses_order_does_not_exist()
    {
        var product = bed.Product(5);
        using var owner = bed.Shopper();
        using var other = bed.Shopper();
        var order = await owner.OrderAsync(new { productId = product, quantity = 2 });
        foreach (var answer in new[]
        {
            await other.OrderOfAsync(order.Id), await other.CancelAsync(order.Id), await other.ChangeAsync(order.Id, 1),
            await other.GetAsync($"/api/orders/{order.Id}/events"),
        })
        {
            Assert.Equal((HttpStatusCode.NotFound, "order_unknown"), (answer.Status, answer.Code));
        }

        Assert.Empty((await other.GetAsync("/api/orders")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(order.Text, (await owner.OrderOfAsync(order.Id)).Text);
        Assert.Equal(2, bed.Catalog.Reserved(product));
    }

    [Fact]
    public async Task The_list_pages_through_own_orders_newest_first()
    {
        var product = bed.Product(50);
        using var shopper = bed.Shopper();
        var placed = new List<Guid>();
        for (var n = 0; n < 5; n++)
        {
            placed.Add((await shopper.OrderAsync(new { productId = product, quantity = 1 })).Id);
        }

        var listed = new List<Guid>();
        string? next = "";
        while (next is not null)
        {
            var page = (await shopper.GetAsync("/api/orders?limit=2" + (next.Length == 0 ? "" : "&after=" + next))).Json;
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(Enumerable.Reverse(placed), listed);
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=101", "limit")]
    [InlineData("?limit=x", "limit")]
    [InlineData("?after=x", "after")]
    [InlineData("?after=%00", "after")]
    public async Task A_bad_page_is_refused_naming_the_field(string query, string field)
    {
        using var shopper = bed.Shopper();
        var answer = await shopper.GetAsync("/api/orders" + query);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, answer.Json.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_new_quantity_is_a_new_revision_of_the_reservation()
    {
        var product = bed.Product(10, 250);
        using var shopper = bed.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 2 });
        var changed = await shopper.ChangeAsync(order.Id, 7);
        Assert.Equal((HttpStatusCode.OK, 17.5m), (changed.Status, changed.Json.GetProperty("total").GetDecimal()));
        Assert.Equal(7, changed.Json.GetProperty("lines")[0].GetProperty("quantity").GetInt32());
        Assert.Equal(7, bed.Catalog.Reserved(product));
        Assert.Equal(2, await bed.QueryAsync<int>(order.Id, "SELECT revision FROM orders WHERE id = $1"));
        Assert.Equal(changed.Text, (await shopper.ChangeAsync(order.Id, 7)).Text);

        var refused = await shopper.ChangeAsync(order.Id, 11);
        Assert.Equal((HttpStatusCode.Conflict, "sold_out"), (refused.Status, refused.Code));
        Assert.Equal(changed.Text, (await shopper.OrderOfAsync(order.Id)).Text);
        Assert.Equal(7, bed.Catalog.Reserved(product));
    }

    [Fact]
    public async Task Parallel_changes_of_quantity_leave_order_and_reservation_agreeing()
    {
        var product = bed.Product(1000, 100);
        using var shopper = bed.Shopper();
        using var twin = bed.Shopper(bed.Replicas[1], shopper.CustomerId);
        var order = await shopper.OrderAsync(new { productId = product, quantity = 50 });
        var answers = await Task.WhenAll(Enumerable.Range(1, 10).Select(n => (n % 2 == 0 ? shopper : twin).ChangeAsync(order.Id, n)));
        Assert.All(answers, answer => Assert.True((int)answer.Status is 200 or 409, answer.Text));
        var quantity = (await shopper.OrderOfAsync(order.Id)).Json.GetProperty("lines")[0].GetProperty("quantity").GetInt32();
        Assert.Equal(bed.Catalog.Reserved(product), quantity);
        Assert.InRange(quantity, 1, 10);
    }

    [Fact]
    public async Task The_quantity_of_several_lines_or_of_a_closed_order_cannot_be_changed()
    {
        var (a, b) = (bed.Product(10), bed.Product(10));
        using var shopper = bed.Shopper();
        var several = await shopper.OrderAsync(new { items = new[] { new { productId = a, quantity = 1 }, new { productId = b, quantity = 1 } } });
        Assert.Equal("not_single_line", (await shopper.ChangeAsync(several.Id, 2)).Code);

        var single = await shopper.OrderAsync(new { productId = a, quantity = 1 });
        await shopper.CancelAsync(single.Id);
        var answer = await shopper.ChangeAsync(single.Id, 2);
        Assert.Equal((HttpStatusCode.Conflict, "illegal_transition", "cancelled"), (answer.Status, answer.Code, answer.Json.GetProperty("orderStatus").GetString()));
    }

    [Theory]
    [InlineData("""{"quantity":0}""", "quantity")]
    [InlineData("""{"quantity":1001}""", "quantity")]
    [InlineData("""{}""", "quantity")]
    [InlineData("""{"quantity":"2"}""", "quantity")]
    public async Task A_bad_quantity_is_refused_naming_the_field(string body, string field)
    {
        using var shopper = bed.Shopper();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await shopper.Http.PutAsync($"/api/orders/{Guid.CreateVersion7()}", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(field, JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("field").GetString());
    }

    [Fact]
    public async Task An_address_that_is_no_order_id_is_404()
    {
        using var shopper = bed.Shopper();
        Assert.Equal(HttpStatusCode.NotFound, (await shopper.GetAsync("/api/orders/1")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await shopper.OrderOfAsync(Guid.CreateVersion7())).Status);
    }
}
