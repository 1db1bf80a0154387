using Shop.Catalog.Inventory;

namespace Shop.Tests.Unit.Catalog;

public sealed class StockDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Order = Guid.Parse("00000000-0000-8000-8000-000000000001");
    private static readonly Guid Other = Guid.Parse("00000000-0000-8000-8000-000000000002");

    [Fact]
    public void Lines_are_held_and_the_lease_begins_now()
    {
        var book = Book((1, 10), (2, 5));
        var outcome = Decide(book, Reserving(Order, 1, (1, 3), (2, 5)));
        Assert.Null(outcome.Refusal);
        Assert.Equal(Now + StockDecider.Lease, outcome.Reservation!.LeaseUntil);
        Assert.Equal((7, 0), (book.Available(1), book.Available(2)));
        Assert.Equal([3, 5], book.Movements.Select(movement => movement.Quantity));
    }

    [Fact]
    public void A_refused_line_leaves_the_whole_basket_and_its_neighbours_alone()
    {
        var book = Book((1, 10), (2, 5));
        Decide(book, Reserving(Other, 1, (2, 4)));
        var outcome = Decide(book, Reserving(Order, 1, (1, 3), (2, 2)));
        var neighbour = Decide(book, Reserving(Guid.CreateVersion7(), 1, (2, 1)));

        Assert.Equal((Refusal.SoldOut, 2L, 1), (outcome.Refusal!.Value, outcome.VariantId, outcome.Available));
        Assert.Null(neighbour.Refusal);
        Assert.Equal((10, 0), (book.Available(1), book.Available(2)));
        Assert.Null(book.Reservation(Order));
    }

    [Fact]
    public void The_first_to_come_gets_the_last_unit()
    {
        var book = Book((1, 1));
        Assert.Null(Decide(book, Reserving(Order, 1, (1, 1))).Refusal);
        Assert.Equal(Refusal.SoldOut, Decide(book, Reserving(Other, 1, (1, 1))).Refusal);
    }

    [Fact]
    public void A_repeat_in_the_same_batch_is_the_same_reservation()
    {
        var book = Book((1, 10));
        var first = Decide(book, Reserving(Order, 1, (1, 3)));
        var second = Decide(book, Reserving(Order, 1, (1, 3)));
        Assert.Same(first.Reservation, second.Reservation);
        Assert.False(second.Changed);
        Assert.Equal(7, book.Available(1));
    }

    [Fact]
    public void An_outcome_is_not_changed_by_a_later_operation_of_the_batch()
    {
        var book = Book((1, 10));
        var first = Decide(book, Reserving(Order, 1, (1, 3)));
        Decide(book, Reserving(Order, 2, (1, 8)));
        Assert.Equal((1, 3), (first.Reservation!.Revision, Assert.Single(first.Reservation.Held).Quantity));
    }

    [Fact]
    public void A_higher_revision_may_use_what_it_gives_back()
    {
        var book = Book((1, 10), (2, 1));
        Decide(book, Reserving(Order, 1, (1, 10)));
        Assert.Null(Decide(book, Reserving(Order, 2, (1, 9), (2, 1))).Refusal);
        Assert.Equal((1, 0), (book.Available(1), book.Available(2)));
    }

    [Fact]
    public void A_higher_revision_that_is_refused_keeps_the_lower_one()
    {
        var book = Book((1, 10));
        Decide(book, Reserving(Order, 1, (1, 4)));
        var outcome = Decide(book, Reserving(Order, 2, (1, 11)));
        Assert.Equal((Refusal.SoldOut, 10), (outcome.Refusal!.Value, outcome.Available));
        Assert.Equal((1, 6), (book.Reservation(Order)!.Revision, book.Available(1)));
    }

    [Fact]
    public void A_retired_product_may_be_kept_or_lowered_but_not_raised()
    {
        var book = Book((1, 10));
        Decide(book, Reserving(Order, 1, (1, 4)));
        var later = new StockBook(Now, [Row(1, 10, reserved: 4, sellable: false)], [book.Reservation(Order)!]);
        Assert.Equal(Refusal.ProductUnknown, Decide(later, Reserving(Order, 2, (1, 5))).Refusal);
        Assert.Null(Decide(later, Reserving(Order, 2, (1, 2))).Refusal);
    }

    [Fact]
    public void An_expired_reservation_may_be_made_again_under_a_higher_revision_with_a_new_lease()
    {
        var book = Book((1, 10));
        Decide(book, Reserving(Order, 1, (1, 4)));
        var later = new StockBook(Now + TimeSpan.FromMinutes(18), [Row(1, 10, reserved: 4)], [book.Reservation(Order)!]);
        Assert.True(Decide(later, new Expire(Order, TimeSpan.FromMinutes(2))).Changed);
        Assert.Equal(Refusal.Closed, Decide(later, Reserving(Order, 1, (1, 4))).Refusal);
        Assert.Equal(later.Now + StockDecider.Lease, Decide(later, Reserving(Order, 2, (1, 4))).Reservation!.LeaseUntil);
        Assert.Equal(6, later.Available(1));
    }

    [Fact]
    public void A_repeat_after_the_lease_is_closed_and_a_higher_revision_has_a_new_lease()
    {
        var book = Book((1, 10));
        Decide(book, Reserving(Order, 1, (1, 4)));
        var over = new StockBook(Now + StockDecider.Lease, [Row(1, 10, reserved: 4)], [book.Reservation(Order)!]);
        Assert.Equal(Refusal.Closed, Decide(over, Reserving(Order, 1, (1, 4))).Refusal);
        Assert.Equal(over.Now + StockDecider.Lease, Decide(over, Reserving(Order, 2, (1, 4))).Reservation!.LeaseUntil);
        Assert.Equal(6, over.Available(1));
    }

    [Fact]
    public void A_lease_within_its_grace_is_not_ended()
    {
        var book = Book((1, 10));
        Decide(book, Reserving(Order, 1, (1, 4)));
        var later = new StockBook(Now + TimeSpan.FromMinutes(16), [Row(1, 10, reserved: 4)], [book.Reservation(Order)!]);
        Assert.False(Decide(later, new Expire(Order, TimeSpan.FromMinutes(2))).Changed);
    }

    [Fact]
    public void A_payment_without_any_reservation_sells_nothing_and_closes_the_order()
    {
        var book = Book((1, 10));
        Assert.Empty(Decide(book, new Confirm(Order, 1, 2)).Reservation!.Lines);
        Assert.Equal(Refusal.Closed, Decide(book, Reserving(Order, 3, (1, 1))).Refusal);
        Assert.Empty(book.Movements);
    }

    [Fact]
    public void The_internal_release_never_touches_a_paid_order()
    {
        var book = Book((1, 10));
        Decide(book, Reserving(Order, 1, (1, 4)));
        Decide(book, new Confirm(Order, 1, 2));
        Assert.False(Decide(book, new Release(Order)).Changed);
        Assert.Equal(6, book.Stock(1)!.OnHand);
    }

    [Fact]
    public void Every_order_of_the_same_messages_with_repeats_ends_in_the_same_counters()
    {
        StockOperation[] operations =
            [new Confirm(Order, 1, 2), new Release(Order, Version: 3), new Confirm(Order, 1, 4), new Release(Order, Version: 5)];
        foreach (var arrival in Permutations(operations))
        {
            var book = Book((1, 10));
            Decide(book, Reserving(Order, 1, (1, 4)));
            foreach (var operation in arrival.Concat(arrival)) Decide(book, operation);
            Assert.Equal((10, 0), (book.Stock(1)!.OnHand, book.Stock(1)!.Reserved));
        }
    }

    [Theory]
    [InlineData(false, 6, 0)]
    [InlineData(true, 10, 0)]
    public void Reserving_changing_paying_and_ending_in_any_order_with_repeats_end_the_same(bool ended, int onHand, int reserved)
    {
        StockOperation[] operations = [Reserving(Order, 1, (1, 2)), Reserving(Order, 2, (1, 4)), new Confirm(Order, 2, 2)];
        if (ended) operations = [.. operations, new Release(Order, Version: 3)];
        foreach (var arrival in Permutations(operations))
            foreach (var repeats in Permutations(operations))
            {
                var book = Book((1, 10));
                foreach (var operation in arrival.Concat(repeats)) Decide(book, operation);
                Assert.Equal((onHand, reserved), (book.Stock(1)!.OnHand, book.Stock(1)!.Reserved));
                Assert.Equal(ended ? ReservationState.Released : ReservationState.Confirmed, book.Reservation(Order)!.State);
            }
    }

    [Fact]
    public void A_payment_that_waits_in_vain_sells_what_there_is_when_the_lease_is_over()
    {
        var book = Book((1, 10));
        Decide(book, Reserving(Order, 1, (1, 4)));
        Decide(book, new Confirm(Order, 2, 2));
        Assert.Equal((10, 4), (book.Stock(1)!.OnHand, book.Stock(1)!.Reserved));
        Assert.Equal(Refusal.Sold, Decide(book, new Release(Order)).Refusal);
        var over = new StockBook(Now + StockDecider.Lease, [Row(1, 10, reserved: 4)], [book.Reservation(Order)!]);
        Assert.Equal(ReservationState.Confirmed, Decide(over, new Confirm(Order, 2, 2)).Reservation!.State);
        Assert.Equal((6, 0), (over.Stock(1)!.OnHand, over.Stock(1)!.Reserved));
    }

    [Fact]
    public void Random_operations_never_break_the_counters_and_the_movements_explain_them()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var book = Book((1, 20), (2, 7), (3, 0));
            for (var step = 0; step < 60; step++) Decide(book, Any(random));
            foreach (var id in (long[])[1, 2, 3])
            {
                var row = book.Stock(id)!;
                var moved = book.Movements.Where(movement => movement.VariantId == id).ToList();
                Assert.InRange(row.Reserved, 0, row.OnHand);
                Assert.Equal(row.OnHand, (id == 1 ? 20 : id == 2 ? 7 : 0) + moved.Sum(movement => movement.OnHandDelta));
                Assert.Equal(row.Reserved, moved.Sum(movement => movement.ReservedDelta));
                Assert.Equal(row.Reserved, Orders.Sum(order => Held(book, order, id)));
            }
        }
    }

    private static readonly Guid[] Orders = [Order, Other, Guid.Parse("00000000-0000-8000-8000-000000000003")];

    private static int Held(StockBook book, Guid order, long product) =>
        book.Reservation(order)?.Held.Where(line => line.VariantId == product).Sum(line => line.Quantity) ?? 0;

    private static StockOperation Any(Random random)
    {
        var order = Orders[random.Next(Orders.Length)];
        return random.Next(5) switch
        {
            0 => new Confirm(order, random.Next(1, 4), random.Next(1, 9)),
            1 => new Release(order, Version: random.Next(1, 9)),
            2 => new Release(order, Revision: random.Next(1, 4)),
            3 => new Expire(order, -StockDecider.Lease),
            _ => Reserving(order, random.Next(1, 6), (random.Next(1, 3), random.Next(1, 6)), (3, random.Next(8) == 0 ? 1 : 0)),
        };
    }

    private static StockOutcome Decide(StockBook book, StockOperation operation) => StockDecider.Decide(book, operation);

    private static Reserve Reserving(Guid order, int revision, params (long Product, int Quantity)[] lines) => new(
        order, revision, Order, [(byte)lines.Sum(line => line.Product * 31 + line.Quantity)],
        [.. lines.Where(line => line.Quantity > 0).Select(line => new OperationLine(line.Product, line.Quantity))]);

    private static StockBook Book(params (long Id, int OnHand)[] stock) =>
        new(Now, stock.Select(row => Row(row.Id, row.OnHand)), []);

    private static StockRow Row(long id, int onHand, int reserved = 0, bool sellable = true) => new()
    {
        VariantId = id, ProductId = id, Sku = "P", Name = "Thing", Price = 100, Currency = "CNY", Sellable = sellable, OnHand = onHand, Reserved = reserved,
    };

    private static IEnumerable<T[]> Permutations<T>(T[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((first, at) => Permutations([.. items[..at], .. items[(at + 1)..]]).Select(rest => (T[])[first, .. rest]));
}
