using System.Net;
using Npgsql;

namespace Shop.Tests.Service.Catalog;

/// <summary>Limits per customer, whichever strategy reserves.</summary>
public abstract class CustomerLimitTests(CatalogBed bed)
{
    private readonly Guid _customer = Guid.CreateVersion7();

    [Fact]
    public async Task What_is_beyond_the_limit_is_refused_with_the_limit_and_what_is_left()
    {
        var product = await LimitedAsync(3);
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(Guid.CreateVersion7(), product, 2)).Status);
        var refused = await ReserveAsync(Guid.CreateVersion7(), product, 2);
        Assert.Equal((HttpStatusCode.Conflict, "limit_reached", product), (refused.Status, refused.Code, (long)refused.Json["productId"]!));
        Assert.Equal((3, 1), ((int)refused.Json["limit"]!, (int)refused.Json["left"]!));
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(Guid.CreateVersion7(), product, 1)).Status);
        await UnitsAsync(product, 3);
    }

    [Fact]
    public async Task Repeats_and_revisions_of_one_order_count_once()
    {
        var product = await LimitedAsync(3);
        var order = Guid.CreateVersion7();
        for (var repeat = 0; repeat < 3; repeat++) Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(order, product, 2)).Status);
        Assert.Equal("limit_reached", (await ReserveAsync(order, product, 4, revision: 2)).Code);
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(order, product, 3, revision: 2)).Status);
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(order, product, 1, revision: 3)).Status);
        await UnitsAsync(product, 1);
    }

    [Theory]
    [InlineData("released", 0)]
    [InlineData("expired", 0)]
    [InlineData("bought", 3)]
    [InlineData("bought and cancelled", 0)]
    public async Task What_is_given_back_may_be_had_again_and_what_is_bought_counts(string end, int units)
    {
        var product = await LimitedAsync(3);
        var order = Guid.CreateVersion7();
        await ReserveAsync(order, product, 3);
        using var orders = bed.Orders();
        if (end == "released") (await orders.DeleteAsync($"/internal/reservations/{order}")).Dispose();
        if (end == "expired") await bed.ExpireAsync(order);
        if (end.StartsWith("bought", StringComparison.Ordinal)) await bed.PaidAsync(order, version: 2);
        if (end == "bought and cancelled") await bed.CancelledAsync(order, version: 3);
        await UnitsAsync(product, units);
        Assert.Equal(units == 0 ? null : "limit_reached", (await ReserveAsync(Guid.CreateVersion7(), product, 1)).Code);
    }

    [Fact]
    public async Task A_payment_after_the_lease_does_not_take_more_than_the_customer_may_have()
    {
        var product = await LimitedAsync(3);
        var late = Guid.CreateVersion7();
        await ReserveAsync(late, product, 2);
        await bed.ExpireAsync(late);
        await ReserveAsync(Guid.CreateVersion7(), product, 2);
        await bed.PaidAsync(late, version: 2);
        Assert.Equal(2, await bed.CountAsync("SELECT sum(shortage) FROM reservation_lines WHERE order_id = $1", late));
        await UnitsAsync(product, 2);
    }

    [Fact]
    public async Task A_limit_that_comes_later_counts_what_customers_have_already()
    {
        var product = await bed.ProductAsync(stock: 100);
        var (bought, held, gone) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await ReserveAsync(bought, product, 2);
        await bed.PaidAsync(bought, version: 2);
        await ReserveAsync(held, product, 1);
        await ReserveAsync(gone, product, 5);
        await bed.CancelledAsync(gone, version: 2);
        await bed.LimitAsync(product, 4);
        await UnitsAsync(product, 3);
        Assert.Equal("limit_reached", (await ReserveAsync(Guid.CreateVersion7(), product, 2)).Code);
        await bed.ExecuteAsync("UPDATE variants SET limit_per_customer = NULL WHERE id = $1", product);
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(Guid.CreateVersion7(), product, 10)).Status);
        await bed.LimitAsync(product, 20);
        await UnitsAsync(product, 13);
    }

    [Fact]
    public async Task A_limit_counts_orders_whose_first_movements_are_carried_and_remembers_dropped_ones_while_it_is_off()
    {
        var (product, order) = (await bed.ProductAsync(stock: 100), Guid.CreateVersion7());
        await ReserveAsync(order, product, 2);
        await bed.PaidAsync(order, version: 2);
        await bed.ExecuteAsync("UPDATE stock_ledger SET at = at - interval '181 days' WHERE order_id = $1 AND kind = 'reserved'", order);
        await bed.ExecuteAsync("UPDATE reservations SET created_at = created_at - interval '182 days' WHERE order_id = $1", order);
        await bed.RetainAsync();
        await bed.LimitAsync(product, 5);
        await UnitsAsync(product, 2);

        await bed.ExecuteAsync("UPDATE stock_ledger SET at = at - interval '181 days' WHERE order_id = $1", order);
        await bed.ExecuteAsync("UPDATE reservations SET updated_at = updated_at - interval '181 days' WHERE order_id = $1", order);
        await bed.RetainAsync();
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM reservations WHERE order_id = $1", order));
        await bed.ExecuteAsync("UPDATE variants SET limit_per_customer = NULL WHERE id = $1", product);
        await ReserveAsync(Guid.CreateVersion7(), product, 1);
        await bed.LimitAsync(product, 5);
        await UnitsAsync(product, 3);
    }

    [Fact]
    public async Task A_limit_set_in_the_middle_of_buys_counts_them_all()
    {
        var product = await bed.ProductAsync(stock: 1000);
        var buys = Enumerable.Range(0, 60).Select(n => BuyAsync(product, replica: n % 2)).ToList();
        await Task.WhenAny(buys);
        await bed.LimitAsync(product, 1000);
        var answers = await Task.WhenAll(buys);
        await UnitsAsync(product, answers.Count(answer => answer.Status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Parallel_buys_of_one_customer_on_two_replicas_stay_within_the_limit()
    {
        var product = await LimitedAsync(3);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => BuyAsync(product, replica: n % 2)));
        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(97, answers.Count(answer => answer.Code == "limit_reached"));
        await UnitsAsync(product, 3);
    }

    /// <summary>A reservation holds the first variant while the limits come; it must find the second one free.</summary>
    [Fact]
    public async Task Limits_of_several_variants_at_once_wait_for_reservations_in_the_order_in_which_those_lock()
    {
        var (first, second) = (await bed.ProductAsync(stock: 10), await bed.ProductAsync(stock: 10));
        await using var reservation = await bed.OpenAsync();
        await using var transaction = await reservation.BeginTransactionAsync();
        await LockAsync(reservation, first);
        var limits = bed.ExecuteAsync(
            """
            UPDATE variants v SET limit_per_customer = 5
            FROM (SELECT unnest($1::bigint[]) AS id OFFSET 0) AS named WHERE v.id = named.id
            """,
            new[] { second, first });
        await Eventually.TrueAsync(async () => limits.IsCompleted || await bed.CountAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> $1", 0) > 0);
        await LockAsync(reservation, second);
        await transaction.CommitAsync();
        await limits;
        Assert.Equal(2, await bed.CountAsync("SELECT count(*) FROM variants WHERE limit_per_customer = 5 AND id = ANY ($1)", new[] { first, second }));
    }

    private static async Task LockAsync(NpgsqlConnection connection, long variant)
    {
        await using var command = new NpgsqlCommand("SELECT FROM stock WHERE variant_id = $1 FOR NO KEY UPDATE NOWAIT", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = variant });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> LimitedAsync(int units)
    {
        var product = await bed.ProductAsync(stock: 100);
        await bed.LimitAsync(product, units);
        return product;
    }

    private async Task<Answer> ReserveAsync(Guid order, long product, int quantity, int revision = 1, int replica = 0)
    {
        using var orders = bed.Orders(replica);
        return await Answer.ReserveAsync(orders, order, revision, _customer, (product, quantity));
    }

    /// <summary>One of many at once.</summary>
    private Task<Answer> BuyAsync(long product, int replica)
    {
        var order = Guid.CreateVersion7();
        return Answer.InsistAsync(() => ReserveAsync(order, product, 1, replica: replica));
    }

    private async Task UnitsAsync(long product, int expected)
    {
        Assert.Equal(expected, await bed.CountAsync("SELECT coalesce(sum(units), 0) FROM customer_units WHERE variant_id = $1", product));
        await bed.AssertBooksAgreeAsync();
    }
}

[Collection(Servers.Collection)]
public sealed class GroupCommitLimitTests(CatalogBed bed) : CustomerLimitTests(bed), IClassFixture<CatalogBed>;

[Collection(Servers.Collection)]
public sealed class ConditionalUpdateLimitTests(SingleCatalogBed bed) : CustomerLimitTests(bed), IClassFixture<SingleCatalogBed>;
