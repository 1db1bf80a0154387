using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class IdempotencyTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    [Fact]
    public async Task Fifty_parallel_and_ten_later_repeats_are_one_order_with_one_answer()
    {
        var product = bed.Product(1000);
        var customer = Guid.CreateVersion7();
        using var one = bed.Shopper(bed.Replicas[0], customer);
        using var two = bed.Shopper(bed.Replicas[1], customer);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => (n % 2 == 0 ? one : two).OrderAsync(new { productId = product, quantity = 3 }, "k")));
        var later = new List<Answer>();
        for (var n = 0; n < 10; n++)
        {
            later.Add(await (n % 2 == 0 ? two : one).OrderAsync(new { quantity = 3, productId = product }, "k"));
        }

        Assert.All([.. answers, .. later], answer => Assert.Equal((HttpStatusCode.Created, answers[0].Text), (answer.Status, answer.Text)));
        var id = answers[0].Id;
        Assert.Equal(OrderId.For(customer, "k"), id);
        Assert.Equal((1, 3), (bed.Catalog.Reservations(product), bed.Catalog.Reserved(product)));
        Assert.Single((await one.GetAsync("/api/orders")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(1L, await bed.QueryAsync<long>(id, "SELECT count(*) FROM order_history WHERE order_id = $1"));
        Assert.Equal(1L, await bed.QueryAsync<long>(id, "SELECT count(*) FROM idempotency WHERE order_id = $1"));
    }

    [Fact]
    public async Task A_later_repeat_gets_the_first_answer_even_when_the_order_went_on()
    {
        var product = bed.Product(10);
        using var shopper = bed.Shopper();
        var first = await shopper.OrderAsync(new { productId = product, quantity = 1 }, "k");
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.CancelAsync(first.Id)).Status);
        bed.Catalog.Put(product, 0, 2000);
        Assert.Equal(first.Text, (await shopper.OrderAsync(new { productId = product, quantity = 1 }, "k")).Text);
        Assert.Equal(0, bed.Catalog.Reserved(product));
    }

    [Fact]
    public async Task Another_body_under_a_used_key_is_422()
    {
        var product = bed.Product(10);
        using var shopper = bed.Shopper();
        Assert.Equal(HttpStatusCode.Created, (await shopper.OrderAsync(new { productId = product, quantity = 1 }, "k")).Status);
        foreach (var other in new object[] { new { productId = product, quantity = 2 }, new { productId = product, quantity = 1, expectedTotal = 10 }, new { } })
        {
            var answer = await shopper.OrderAsync(other, "k");
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (answer.Status, answer.Code));
        }

        Assert.Equal(1, bed.Catalog.Reserved(product));
    }

    [Fact]
    public async Task Another_customer_with_the_same_key_is_not_affected()
    {
        var product = bed.Product(10);
        using var one = bed.Shopper();
        using var two = bed.Shopper();
        var first = await one.OrderAsync(new { productId = product, quantity = 1 }, "k");
        var second = await two.OrderAsync(new { productId = product, quantity = 2 }, "k");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, second.Status));
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task Only_success_is_kept_so_that_a_sold_out_key_may_try_again()
    {
        var product = bed.Product(0);
        using var shopper = bed.Shopper();
        Assert.Equal("sold_out", (await shopper.OrderAsync(new { productId = product, quantity = 1 }, "k")).Code);
        bed.Catalog.Put(product, 1, 1000);
        Assert.Equal(HttpStatusCode.Created, (await shopper.OrderAsync(new { productId = product, quantity = 1 }, "k")).Status);
    }

    [Theory]
    [InlineData(255, HttpStatusCode.Created)]
    [InlineData(256, HttpStatusCode.BadRequest)]
    public async Task A_key_has_at_most_255_characters(int length, HttpStatusCode status)
    {
        var product = bed.Product(10);
        using var shopper = bed.Shopper();
        var answer = await shopper.OrderAsync(new { productId = product, quantity = 1 }, new string('k', length));
        Assert.Equal(status, answer.Status);
        if (status == HttpStatusCode.BadRequest)
        {
            Assert.Equal("Idempotency-Key", answer.Json.GetProperty("field").GetString());
            Assert.Equal(0, bed.Catalog.Reserved(product));
        }
    }

    [Fact]
    public async Task A_key_older_than_a_day_is_not_replayed_and_orders_nothing_new()
    {
        var product = bed.Product(10);
        using var shopper = bed.Shopper();
        var first = await shopper.OrderAsync(new { productId = product, quantity = 1 }, "old");
        await bed.ExecuteAsync(first.Id, "UPDATE idempotency SET at = shop_now() - interval '25 hours' WHERE order_id = $1");
        var answer = await shopper.OrderAsync(new { productId = product, quantity = 1 }, "old");
        Assert.Equal((HttpStatusCode.Conflict, "idempotency_key_expired"), (answer.Status, answer.Code));
        Assert.Equal(1, bed.Catalog.Reserved(product));
    }

    // The rival with another expected total must not give back the reservation that the order stands on.
    [Theory]
    [InlineData("orders.placed.before-commit")]
    [InlineData("orders.placed.after-commit")]
    public async Task A_rival_with_the_same_key_and_another_total_never_leaves_an_order_without_its_reservation(string point)
    {
        var product = bed.Product(10, 1000);
        using var shopper = bed.Shopper();
        using var rival = bed.Shopper(bed.Replicas[1], shopper.CustomerId);
        Answer? rivals = null;
        using (bed.Services.GetRequiredService<Failpoints>().On(point, async _ => rivals ??= await rival.OrderAsync(new { productId = product, quantity = 2, expectedTotal = 1 }, "k")))
        {
            var answer = await shopper.OrderAsync(new { productId = product, quantity = 2 }, "k");
            Assert.Equal(HttpStatusCode.Created, answer.Status);
            Assert.Equal("reserved", answer.OrderStatus);
        }

        Assert.Contains(rivals!.Code, new[] { "price_changed", "idempotency_key_reused" });
        Assert.Equal(2, bed.Catalog.Reserved(product));
    }
}
