using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class CheckoutTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    [Fact]
    public async Task An_order_is_reserved_stored_and_told_to_others()
    {
        var (a, b) = (bed.Product(10, 1250), bed.Product(10, 399));
        using var shopper = bed.Shopper();
        var answer = await shopper.OrderAsync(new { items = new[] { new { productId = a, quantity = 2 }, new { productId = b, quantity = 1 } }, expectedTotal = 28.99 });

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal($"/api/orders/{answer.Id}", answer.Headers.Location?.ToString());
        Assert.Equal(("reserved", 28.99m, "CNY"), (answer.OrderStatus, answer.Json.GetProperty("total").GetDecimal(), answer.Json.GetProperty("currency").GetString()));
        var line = answer.Json.GetProperty("lines")[0];
        Assert.Equal((a, $"Product {a}", 2, 12.5m), (line.GetProperty("productId").GetInt64(), line.GetProperty("name").GetString(), line.GetProperty("quantity").GetInt32(), line.GetProperty("price").GetDecimal()));
        Assert.Equal(OrderId.BucketOfCustomer(shopper.CustomerId), OrderId.BucketOf(answer.Id));
        Assert.Equal(2, bed.Catalog.Reserved(a));

        var read = await bed.Shopper(bed.Replicas[1], shopper.CustomerId).OrderOfAsync(answer.Id);
        Assert.Equal(answer.Text, read.Text);
        Assert.True(read.Headers.CacheControl?.NoStore);
        Assert.Equal("reserved", await bed.QueryAsync<string>(answer.Id, "SELECT status FROM order_history WHERE order_id = $1"));
    }

    [Fact]
    public async Task Sold_out_names_the_product_and_leaves_nothing_behind()
    {
        var (plenty, scarce) = (bed.Product(10), bed.Product(1));
        using var shopper = bed.Shopper();
        var answer = await shopper.OrderAsync(new { items = new[] { new { productId = plenty, quantity = 1 }, new { productId = scarce, quantity = 2 } } });
        Assert.Equal((HttpStatusCode.Conflict, "sold_out"), (answer.Status, answer.Code));
        Assert.Equal((scarce, 1), (answer.Json.GetProperty("productId").GetInt64(), answer.Json.GetProperty("available").GetInt32()));
        Assert.Equal(0, bed.Catalog.Reserved(plenty));
        Assert.Empty((await shopper.GetAsync("/api/orders")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task An_unknown_product_is_named()
    {
        using var shopper = bed.Shopper();
        var answer = await shopper.OrderAsync(new { productId = 999_999_999, quantity = 1 });
        Assert.Equal((HttpStatusCode.NotFound, "product_unknown", 999_999_999), (answer.Status, answer.Code, answer.Json.GetProperty("productId").GetInt64()));
    }

    [Fact]
    public async Task A_price_that_changed_is_told_and_the_stock_given_back_and_the_same_key_may_try_again()
    {
        var product = bed.Product(5, 1000);
        using var shopper = bed.Shopper();
        var refused = await shopper.OrderAsync(new { productId = product, quantity = 2, expectedTotal = 19.99 }, "price");
        Assert.Equal((HttpStatusCode.Conflict, "price_changed", 20m), (refused.Status, refused.Code, refused.Json.GetProperty("total").GetDecimal()));
        Assert.Equal(0, bed.Catalog.Reserved(product));

        var accepted = await shopper.OrderAsync(new { productId = product, quantity = 2, expectedTotal = 20 }, "price");
        Assert.Equal(HttpStatusCode.Created, accepted.Status);
        Assert.Equal(2, bed.Catalog.Reserved(product));
    }

    [Fact]
    public async Task Catalog_away_is_503_with_a_time_to_come_back_and_nothing_is_stored()
    {
        var product = bed.Product(5);
        using var shopper = bed.Shopper();
        bed.Catalog.Away = true;
        try
        {
            var answer = await shopper.OrderAsync(new { productId = product, quantity = 1 });
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "catalog_unavailable"), (answer.Status, answer.Code));
            Assert.NotNull(answer.Headers.RetryAfter);
        }
        finally
        {
            bed.Catalog.Away = false;
        }

        Assert.Empty((await shopper.GetAsync("/api/orders")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_failure_before_the_commit_leaves_no_order_and_the_same_key_goes_on_with_the_same_reservation()
    {
        var product = bed.Product(5);
        using var shopper = bed.Shopper();
        using (bed.Services.GetRequiredService<Failpoints>().On("orders.placed.before-commit", _ => throw new FailpointException("test")))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await shopper.OrderAsync(new { productId = product, quantity = 2 }, "again")).Status);
        }

        Assert.Empty((await shopper.GetAsync("/api/orders")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.Created, (await shopper.OrderAsync(new { productId = product, quantity = 2 }, "again")).Status);
        Assert.Equal((1, 2), (bed.Catalog.Reservations(product), bed.Catalog.Reserved(product)));
    }

    [Theory]
    [InlineData("23514", HttpStatusCode.InternalServerError, 0)]
    [InlineData("57P01", HttpStatusCode.ServiceUnavailable, 2)]
    public async Task An_order_that_was_refused_gives_the_stock_back_and_one_whose_fate_is_open_does_not(string sqlState, HttpStatusCode status, int held)
    {
        var product = bed.Product(5);
        using var shopper = bed.Shopper();
        foreach (var shard in bed.Shards.All)
        {
            await using var fail = shard.CreateCommand($"""
                CREATE FUNCTION fail_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = '{sqlState}'; END $$;
                CREATE TRIGGER fail_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION fail_order();
                """);
            await fail.ExecuteNonQueryAsync();
        }

        try
        {
            Assert.Equal(status, (await shopper.OrderAsync(new { productId = product, quantity = 2 })).Status);
            Assert.Equal(held, bed.Catalog.Reserved(product));
        }
        finally
        {
            foreach (var shard in bed.Shards.All)
            {
                await using var mend = shard.CreateCommand("DROP TRIGGER fail_order ON orders; DROP FUNCTION fail_order()");
                await mend.ExecuteNonQueryAsync();
            }
        }
    }

    [Fact]
    public async Task A_failure_after_the_commit_is_found_again_by_the_key()
    {
        var product = bed.Product(5);
        using var shopper = bed.Shopper();
        using (bed.Services.GetRequiredService<Failpoints>().On("orders.placed.after-commit", _ => throw new FailpointException("test")))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await shopper.OrderAsync(new { productId = product, quantity = 2 }, "lost")).Status);
        }

        var found = await shopper.OrderAsync(new { productId = product, quantity = 2 }, "lost");
        Assert.Equal(HttpStatusCode.Created, found.Status);
        Assert.Equal(1, bed.Catalog.Reservations(product));
    }

    public static TheoryData<string, string?> Bad() => new()
    {
        { """{"productId":1}""", "quantity" },
        { """{"quantity":1}""", "productId" },
        { """{"productId":1,"quantity":0}""", "quantity" },
        { """{"productId":1,"quantity":1001}""", "quantity" },
        { """{"productId":1,"quantity":1,"expectedTotal":1.234}""", "expectedTotal" },
        { """{"productId":1,"quantity":1,"expectedTotal":-1}""", "expectedTotal" },
        { """{"productId":"1","quantity":1}""", "productId" },
        { """{"productId":1.5,"quantity":1}""", "productId" },
        { """{"productId":1,"quantity":99999999999}""", "quantity" },
        { """{"items":[]}""", "items" },
        { """{"items":[null]}""", "items[0].productId" },
        { """{"items":[{"productId":1,"quantity":-1}]}""", "items[0].quantity" },
        { """{"items":"x"}""", "items" },
        { """[]""", null },
        { "{", null },
        { "", null },
        { "null", null },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Bad_input_is_refused_naming_the_field(string body, string? field)
    {
        using var shopper = bed.Shopper();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await shopper.Http.PostAsync("/api/orders", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains(problem.GetProperty("code").GetString(), new[] { "invalid", "malformed" });
        if (field is not null)
        {
            Assert.Equal(field, problem.GetProperty("field").GetString());
        }
    }

    [Fact]
    public async Task Who_is_not_logged_in_orders_nothing()
    {
        using var client = bed.Client();
        using var answer = await client.PostAsync("/api/orders", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Members_that_are_not_a_clients_to_set_take_no_effect()
    {
        var product = bed.Product(5, 1000);
        using var shopper = bed.Shopper();
        var answer = await shopper.OrderAsync(new { productId = product, quantity = 1, price = 0.01, total = 0.01, status = "paid", customerId = Guid.Empty });
        Assert.Equal((HttpStatusCode.Created, "reserved", 10m), (answer.Status, answer.OrderStatus, answer.Json.GetProperty("total").GetDecimal()));
    }

    [Fact]
    public async Task The_service_describes_every_public_address_and_no_internal_one()
    {
        using var client = bed.Client();
        var paths = JsonElement.Parse(await client.GetStringAsync("/openapi/v1.json")).GetProperty("paths");
        Assert.Equal(
            [
                "/api/cart: get", "/api/cart/items/{productId}: delete post put", "/api/orders: get post",
                "/api/orders/{id}: delete get put", "/api/orders/{id}/events: get",
            ],
            paths.EnumerateObject().Select(path => $"{path.Name}: {string.Join(' ', path.Value.EnumerateObject().Select(verb => verb.Name).Order())}").Order());
    }
}
