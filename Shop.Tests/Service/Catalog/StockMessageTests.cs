using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.Catalog;

/// <summary>What messages about stock have of their own: answers that are written with the effect.</summary>
[Collection(Servers.Collection)]
public sealed class StockMessageTests(CatalogBed bed) : IClassFixture<CatalogBed>, IAsyncLifetime
{
    private readonly Guid _order = Guid.CreateVersion7();
    private readonly MessageWay _messages = new(bed);

    public Task InitializeAsync() => bed.ListenAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_reservation_is_answered_as_the_call_answers_it()
    {
        var product = await bed.ProductAsync(stock: 10, price: 19.99m);
        var (type, told) = (await _messages.AskAsync(_order, "reserve-stock", Reserve(product, 2)))!.Value;
        using var orders = bed.Orders();
        var called = (await Answer.ReserveAsync(orders, _order, 1, _order, (product, 2))).Json;
        Assert.Equal(("stock-reserved", 7, 3998), (type, (long)told["version"]!, (long)told["total"]!));
        told.AsObject().Remove("version");
        Assert.Equal(called.ToJsonString(), told.ToJsonString());
    }

    [Fact]
    public async Task A_refusal_says_what_there_would_have_been_and_which_field_breaks_a_rule()
    {
        var product = await bed.ProductAsync(stock: 3);
        var (type, soldOut) = (await _messages.AskAsync(_order, "reserve-stock", Reserve(product, 4)))!.Value;
        Assert.Equal(
            ("stock-refused", "sold_out", 1, 7L, product, 3),
            (type, (string)soldOut["code"]!, (int)soldOut["revision"]!, (long)soldOut["version"]!, (long)soldOut["productId"]!, (int)soldOut["available"]!));
        var (_, invalid) = (await _messages.AskAsync(_order, "reserve-stock", Reserve(product, 0)))!.Value;
        Assert.Equal(("invalid", "lines.quantity"), ((string)invalid["code"]!, (string)invalid["field"]!));
        Assert.Equal(2, (await bed.ToldAsync(_order)).Count);
    }

    [Fact]
    public async Task A_message_that_fails_before_its_commit_leaves_neither_effect_nor_answer()
    {
        var product = await bed.ProductAsync(stock: 10);
        var id = Guid.CreateVersion7();
        using (bed.Services.GetRequiredService<Failpoints>().On("messaging.consume.before-commit", _ => throw new TimeoutException()))
            await Assert.ThrowsAsync<TimeoutException>(() => _messages.DeliverAsync(_order, "reserve-stock", Reserve(product, 2), id));
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        Assert.Empty(await bed.ToldAsync(_order));
        Assert.True(await _messages.DeliverAsync(_order, "reserve-stock", Reserve(product, 2), id, attempt: 2));
        Assert.Equal(new StockNumbers(10, 2), await bed.StockAsync(product));
        Assert.Single(await bed.ToldAsync(_order));
    }

    [Fact]
    public async Task A_return_of_what_was_not_sold_is_refused_at_the_last_try_and_its_key_stays_free()
    {
        var product = await bed.ProductAsync(stock: 10);
        await _messages.ReserveAsync(_order, 1, (product, 2));
        var back = new { orderId = _order, key = "r-1", version = 9, lines = new[] { new { productId = product, quantity = 1 } } };
        var (type, refused) = (await _messages.AskAsync(_order, "return-stock", back, attempt: 5))!.Value;
        Assert.Equal(("return-refused", "not_sold", "r-1"), (type, (string)refused["code"]!, (string)refused["key"]!));
        await _messages.PayAsync(_order, 1, version: 2);
        Assert.Equal("stock-returned", (await _messages.AskAsync(_order, "return-stock", back))!.Value.Type);
        Assert.Equal(new StockNumbers(9, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_return_without_a_key_is_refused()
    {
        var back = new { orderId = _order, version = 9, lines = new[] { new { productId = 1, quantity = 1 } } };
        var (_, refused) = (await _messages.AskAsync(_order, "return-stock", back))!.Value;
        Assert.Equal(("invalid", "key"), ((string)refused["code"]!, (string)refused["field"]!));
    }

    [Theory]
    [InlineData("pay", 7, 0)]
    [InlineData("end", 10, 0)]
    [InlineData("change", 10, 5)]
    [InlineData("repeat", 10, 3)]
    public async Task Who_comes_by_call_between_effect_and_commit_of_a_message_waits_for_it(string rival, int onHand, int reserved)
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders(replica: 1);
        var meeting = Task.CompletedTask;
        using (bed.Services.GetRequiredService<Failpoints>().On("messaging.consume.before-commit", async _ =>
        {
            meeting = RivalAsync();
            await Eventually.TrueAsync(async () => meeting.IsCompleted || await bed.CountAsync(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> $1", 0) > 0);
            Assert.False(meeting.IsCompleted, "The rival did not wait.");
        }))
            await _messages.DeliverAsync(_order, "reserve-stock", Reserve(product, 3), Guid.CreateVersion7());
        await meeting;
        Assert.Equal(new StockNumbers(onHand, reserved), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();

        Task RivalAsync() => rival switch
        {
            "pay" => orders.PostAsJsonAsync($"/internal/reservations/{_order}/confirm", new { revision = 1, version = 8 }),
            "end" => orders.DeleteAsync($"/internal/reservations/{_order}?version=8"),
            "change" => Answer.ReserveAsync(orders, _order, 2, _order, (product, 5)),
            _ => Answer.ReserveAsync(orders, _order, 1, _order, (product, 3)),
        };
    }

    [Fact]
    public async Task What_a_broker_brings_is_reserved_and_returned()
    {
        var product = await bed.ProductAsync(stock: 10);
        await PublishAsync("reserve-stock", $$"""{"orderId":"{{_order}}","revision":1,"customerId":"{{_order}}","version":1,"lines":[{"productId":{{product}},"quantity":2}]}""");
        await Eventually.TrueAsync(async () => (await bed.ToldAsync(_order)).Any(told => told.StartsWith("stock-reserved", StringComparison.Ordinal)));
        await bed.PaidAsync(_order, version: 2);
        await PublishAsync("return-stock", $$"""{"orderId":"{{_order}}","key":"k","version":3,"lines":[{"productId":{{product}},"quantity":1}]}""");
        await Eventually.TrueAsync(async () => (await bed.ToldAsync(_order)).Any(told => told.StartsWith("stock-returned", StringComparison.Ordinal)));
        Assert.Equal(new StockNumbers(9, 0), await bed.StockAsync(product));
    }

    /// <summary>By Catalog's own relay: it sends whatever the outbox holds.</summary>
    private Task PublishAsync(string type, string body) => bed.ExecuteAsync(
        """
        INSERT INTO shop_outbox (message_id, type, aggregate_id, version, body)
        VALUES ($1, $2, $3, 1, convert_to($4, 'UTF8'))
        """, Guid.CreateVersion7(), type, Guid.CreateVersion7(), body);

    private object Reserve(long product, int quantity) => new
    {
        orderId = _order, revision = 1, customerId = _order, version = 7, lines = new[] { new { productId = product, quantity } },
    };
}
