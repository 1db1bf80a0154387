namespace Shop.Tests.Service.Catalog;

/// <summary>What holds for every operation on the stock, whether it comes by call or by message, and whichever strategy applies it.</summary>
public abstract class StockComplianceTests(CatalogBed bed) : IAsyncLifetime
{
    private const int Seeds = 20;
    private readonly Guid _order = Guid.CreateVersion7();

    public static TheoryData<string> Ways => ["calls", "messages"];

    /// <summary>What happens to an order, and what is left: state, and by product what it took from the shelf and what it holds.</summary>
    private static readonly Dictionary<string, (string[] Steps, string Left)> Stories = new()
    {
        ["held"] = (["reserve", "change"], "reserved: 0/3 0/1"),
        ["paid"] = (["reserve", "change", "pay"], "confirmed: -3/0 -1/0"),
        ["sent back in part"] = (["reserve", "change", "pay", "return"], "confirmed: -2/0 -1/0"),
        ["ended"] = (["reserve", "change", "end"], "released: 0/0 0/0"),
        ["paid and ended"] = (["reserve", "change", "pay", "end"], "released: 0/0 0/0"),
        ["sent back and ended"] = (["reserve", "change", "pay", "return", "end"], "released: 0/0 0/0"),
    };

    public static TheoryData<string, string> Tellings
    {
        get
        {
            var tellings = new TheoryData<string, string>();
            foreach (var story in Stories.Keys)
            {
                tellings.Add("calls", story);
                tellings.Add("messages", story);
            }
            return tellings;
        }
    }

    public Task InitializeAsync() => bed.ListenAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Each step three times, shuffled. Who is told that nothing was sold yet tries again later, as a broker does.</summary>
    [Theory]
    [MemberData(nameof(Tellings))]
    public async Task Any_order_and_any_repeats_end_the_same(string way, string story)
    {
        var (steps, left) = Stories[story];
        var (first, second) = (await bed.ProductAsync(stock: 100_000), await bed.ProductAsync(stock: 100_000));
        var stock = Way(way);
        await Parallel.ForEachAsync(Enumerable.Range(0, Seeds), new ParallelOptions { MaxDegreeOfParallelism = 10 }, async (seed, _) =>
        {
            var order = Guid.CreateVersion7();
            string[] told = [.. steps, .. steps, .. steps];
            new Random(seed).Shuffle(told);
            var later = new List<string>();
            foreach (var step in told)
                if (await RunAsync(stock, step, order, first, second) == "not_sold") later.Add(step);
            foreach (var step in later) await RunAsync(stock, step, order, first, second);
            Assert.Equal((seed, string.Join(' ', told), left), (seed, string.Join(' ', told), await LeftAsync(order, first, second)));
        });
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_payment_after_the_lease_is_told_what_is_gone_and_never_sells_it_twice(string way)
    {
        var (product, other) = (await bed.ProductAsync(stock: 3), Guid.CreateVersion7());
        var stock = Way(way);
        Assert.Equal("reserved", await stock.ReserveAsync(_order, 1, (product, 3)));
        await bed.ExpireAsync(_order);
        Assert.Equal("reserved", await stock.ReserveAsync(other, 1, (product, 2)));
        for (var repeat = 0; repeat < 3; repeat++) Assert.Equal("short 3", await stock.PayAsync(_order, 1, version: 2));
        Assert.Equal("sold", await stock.PayAsync(other, 1, version: 2));
        Assert.Equal(new StockNumbers(1, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_payment_after_the_lease_takes_what_is_still_there_once(string way)
    {
        var product = await bed.ProductAsync(stock: 10);
        var stock = Way(way);
        await stock.ReserveAsync(_order, 1, (product, 3));
        await bed.ExpireAsync(_order);
        for (var repeat = 0; repeat < 3; repeat++) Assert.Equal("sold", await stock.PayAsync(_order, 1, version: 2));
        Assert.Equal(new StockNumbers(7, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_payment_that_comes_before_its_reservation_waits_for_it(string way)
    {
        var product = await bed.ProductAsync(stock: 10);
        var stock = Way(way);
        // A call is told that there is nothing yet; a message is answered when there is.
        Assert.Contains(await stock.PayAsync(_order, 2, version: 2), (string[])["reservation_unknown", ""]);
        Assert.Equal("reservation_closed", await stock.ReserveAsync(_order, 3, (product, 5)));
        Assert.Equal("reserved", await stock.ReserveAsync(_order, 1, (product, 1)));
        Assert.Equal(new StockNumbers(10, 1), await bed.StockAsync(product));
        Assert.Equal("reserved", await stock.ReserveAsync(_order, 2, (product, 3)));
        Assert.Equal(new StockNumbers(7, 0), await bed.StockAsync(product));
        Assert.Contains($$"""stock-confirmed {"orderId":"{{_order}}","revision":2,"version":2,"shortage":0,""", string.Join('\n', await bed.ToldAsync(_order)), StringComparison.Ordinal);
        Assert.Equal("sold", await stock.PayAsync(_order, 2, version: 2));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM purchases WHERE customer_id = $1", _order));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_payment_whose_reservation_never_comes_is_refused_when_the_lease_is_over(string way)
    {
        var stock = Way(way);
        await stock.PayAsync(_order, 1, version: 2);
        bed.OrdersStub.Put(_order, "paid", version: 2);
        await bed.ExecuteAsync("UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id = $1", _order);
        await bed.Sweeper.SweepAsync(CancellationToken.None);
        Assert.Contains("reservation_unknown", (await bed.ToldAsync(_order))[^1], StringComparison.Ordinal);
        Assert.Equal("reservation_unknown", await stock.PayAsync(_order, 1, version: 2));
        Assert.Equal("reservation_closed", await stock.ReserveAsync(_order, 1, (await bed.ProductAsync(stock: 1), 1)));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_payment_of_what_a_later_word_has_ended_is_refused(string way)
    {
        var product = await bed.ProductAsync(stock: 10);
        var stock = Way(way);
        await stock.ReserveAsync(_order, 1, (product, 3));
        await stock.EndAsync(_order, version: 3);
        for (var repeat = 0; repeat < 2; repeat++) Assert.Equal("reservation_closed", await stock.PayAsync(_order, 1, version: 2));
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_lower_revision_after_a_higher_one_is_a_conflict_and_changes_nothing(string way)
    {
        var product = await bed.ProductAsync(stock: 10);
        var stock = Way(way);
        Assert.Equal("reserved", await stock.ReserveAsync(_order, 2, (product, 5)));
        Assert.Equal("reservation_conflict", await stock.ReserveAsync(_order, 1, (product, 3)));
        Assert.Equal("reservation_conflict", await stock.ReserveAsync(_order, 2, (product, 6)));
        Assert.Equal("reserved", await stock.ReserveAsync(_order, 2, (product, 5)));
        Assert.Equal(new StockNumbers(10, 5), await bed.StockAsync(product));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_end_that_comes_before_the_reservation_refuses_it(string way)
    {
        var product = await bed.ProductAsync(stock: 10);
        var stock = Way(way);
        await stock.EndAsync(_order, version: 2);
        foreach (var revision in (int[])[1, 2]) Assert.Equal("reservation_closed", await stock.ReserveAsync(_order, revision, (product, 3)));
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_is_not_there_is_refused_and_the_next_try_is_a_new_one(string way)
    {
        var (plenty, few) = (await bed.ProductAsync(stock: 10), await bed.ProductAsync(stock: 2));
        var stock = Way(way);
        Assert.Equal("sold_out", await stock.ReserveAsync(_order, 1, (plenty, 1), (few, 3)));
        Assert.Equal("product_unknown", await stock.ReserveAsync(_order, 1, (plenty, 1), (987654321, 1)));
        Assert.Equal("invalid", await stock.ReserveAsync(_order, 1, (plenty, 0)));
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(plenty));
        Assert.Equal("reserved", await stock.ReserveAsync(_order, 1, (plenty, 1), (few, 2)));
        Assert.Equal(new StockNumbers(2, 2), await bed.StockAsync(few));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_return_is_taken_once_for_each_key_and_never_beyond_what_was_sold(string way)
    {
        var product = await bed.ProductAsync(stock: 10);
        var stock = Way(way);
        await stock.ReserveAsync(_order, 1, (product, 3));
        Assert.Equal("not_sold", await stock.ReturnAsync(_order, "a", product, 1));
        await stock.PayAsync(_order, 1, version: 2);
        for (var repeat = 0; repeat < 3; repeat++) Assert.Equal("returned", await stock.ReturnAsync(_order, "a", product, 1));
        Assert.Equal("idempotency_key_reused", await stock.ReturnAsync(_order, "a", product, 2));
        Assert.Equal("more_than_sold", await stock.ReturnAsync(_order, "b", product, 3));
        Assert.Equal("returned", await stock.ReturnAsync(_order, "b", product, 2));
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    private IStockWay Way(string way) => way == "calls" ? new HttpWay(bed) : new MessageWay(bed);

    private static Task<string> RunAsync(IStockWay stock, string step, Guid order, long first, long second) => step switch
    {
        "reserve" => stock.ReserveAsync(order, 1, (first, 2)),
        "change" => stock.ReserveAsync(order, 2, (first, 3), (second, 1)),
        "pay" => stock.PayAsync(order, 2, version: 3),
        "return" => stock.ReturnAsync(order, "one", first, 1),
        _ => stock.EndAsync(order, version: 9),
    };

    private Task<string> LeftAsync(Guid order, long first, long second) => bed.TextAsync(
        $"""
        SELECT state || ': ' || string_agg(
            (SELECT coalesce(sum(quantity) FILTER (WHERE kind IN ('sold', 'returned')), 0) || '/'
                 || coalesce(sum(quantity) FILTER (WHERE kind IN ('reserved', 'released', 'sold')), 0)
             FROM stock_ledger l WHERE l.order_id = r.order_id AND l.variant_id = v), ' ' ORDER BY v)
        FROM reservations r, unnest(ARRAY[{first}, {second}]) AS v WHERE order_id = $1 GROUP BY state
        """, order);
}

[Collection(Servers.Collection)]
public sealed class GroupCommitComplianceTests(CatalogBed bed) : StockComplianceTests(bed), IClassFixture<CatalogBed>;

[Collection(Servers.Collection)]
public sealed class ConditionalUpdateComplianceTests(SingleCatalogBed bed) : StockComplianceTests(bed), IClassFixture<SingleCatalogBed>;
