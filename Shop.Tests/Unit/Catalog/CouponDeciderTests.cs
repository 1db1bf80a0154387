using Shop.Catalog.Inventory;
using Shop.Catalog.Promotions;

namespace Shop.Tests.Unit.Catalog;

public sealed class CouponDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Order = Guid.Parse("00000000-0000-8000-8000-000000000001");
    private static readonly Guid Other = Guid.Parse("00000000-0000-8000-8000-000000000002");
    private static readonly Guid Customer = Guid.Parse("00000000-0000-8000-8000-000000000003");

    [Theory]
    [InlineData("PERCENT", 999, 149)]
    [InlineData("PERCENT", 6, 0)]
    [InlineData("PERCENT", 1_000_000_000_000_000_000, 150_000_000_000_000_000)]
    [InlineData("ALL", 999, 998)]
    [InlineData("ALL", 0, 0)]
    [InlineData("AMOUNT", 999, 500)]
    [InlineData("AMOUNT", 500, 499)]
    [InlineData("AMOUNT", 300, 299)]
    [InlineData("SHIPPING", 999, 0)]
    public void A_discount_is_rounded_down_and_leaves_something_to_pay(string code, long total, long discount) =>
        Assert.Equal(discount, Promotions().Single(promotion => promotion.Code == code).DiscountOn(total));

    [Fact]
    public void A_use_is_taken_with_the_lines_and_the_discount_is_off_their_total()
    {
        var book = Book();
        var outcome = Decide(book, Reserving(Order, 1, 3, "PERCENT"));
        Assert.Equal(new AppliedCoupon(1, "PERCENT", 45, FreeShipping: false, Counted: true), outcome.Reservation!.Coupon);
        Assert.Equal((255, 45), (ReservationAnswer.Of(outcome.Reservation).Total, ReservationAnswer.Of(outcome.Reservation).Discount));
        Assert.Equal((1, 1), Uses(book, "PERCENT"));
        Assert.True(Decide(Book(), Reserving(Order, 1, 1, "SHIPPING")).Reservation!.Coupon!.FreeShipping);
    }

    [Theory]
    [InlineData("NOBODYS", Refusal.CouponUnknown)]
    [InlineData("EARLY", Refusal.CouponNotValid)]
    [InlineData("OVER", Refusal.CouponNotValid)]
    [InlineData("STOPPED", Refusal.CouponNotValid)]
    [InlineData("LARGE", Refusal.CouponMinimum)]
    [InlineData("GONE", Refusal.CouponUsedUp)]
    [InlineData("ONCE", Refusal.CouponLimit)]
    public void A_refused_coupon_leaves_stock_and_uses_alone(string code, Refusal why)
    {
        var book = Book(new CustomerUses(8, Customer, 1));
        var outcome = Decide(book, Reserving(Order, 1, 1, code));
        Assert.Equal(why, outcome.Refusal);
        Assert.Equal(10, book.Available(1));
        Assert.Empty(book.Promotions.Differences);
        Assert.Empty(book.Promotions.ChangedUses);
        if (why == Refusal.CouponMinimum) Assert.Equal(101, outcome.Minimum);
        if (why == Refusal.CouponLimit) Assert.Equal(1, outcome.Limit);
    }

    [Fact]
    public void Lines_that_are_refused_take_no_use()
    {
        var book = Book();
        Assert.Equal(Refusal.SoldOut, Decide(book, Reserving(Order, 1, 11, "LAST")).Refusal);
        Assert.Null(Decide(book, Reserving(Other, 1, 1, "LAST")).Refusal);
    }

    [Fact]
    public void The_last_use_goes_to_the_first_and_a_period_ends_at_its_end()
    {
        var book = Book();
        Assert.Null(Decide(book, Reserving(Order, 1, 1, "LAST")).Refusal);
        Assert.Equal(Refusal.CouponUsedUp, Decide(book, Reserving(Other, 1, 1, "LAST")).Refusal);
        Assert.Null(Of("X", from: Now, until: Now.AddTicks(1)).WhyNot(Now, 100, 0));
        Assert.Equal(Refusal.CouponNotValid, Of("X", from: Now.AddTicks(1)).WhyNot(Now, 100, 0));
        Assert.Equal(Refusal.CouponNotValid, Of("X", until: Now).WhyNot(Now, 100, 0));
    }

    [Fact]
    public void A_repeat_takes_one_use()
    {
        var book = Book();
        var first = Decide(book, Reserving(Order, 1, 2, "PERCENT"));
        Assert.Same(first.Reservation, Decide(book, Reserving(Order, 1, 2, "PERCENT")).Reservation);
        Assert.Equal((1, 1), Uses(book, "PERCENT"));
    }

    [Fact]
    public void A_new_revision_with_the_same_coupon_takes_no_second_use_and_is_computed_anew()
    {
        var book = Book();
        Decide(book, Reserving(Order, 1, 2, "LAST"));
        var outcome = Decide(book, Reserving(Order, 2, 4, "LAST"));
        Assert.Equal((null, 40), (outcome.Refusal, outcome.Reservation!.Coupon!.Discount));
        Assert.Equal((1, 1), Uses(book, "LAST"));
    }

    [Fact]
    public void A_coupon_that_is_held_outlives_its_end_but_not_its_minimum()
    {
        var held = Decide(Book(), Reserving(Order, 1, 3, "LARGE")).Reservation!;
        var later = new StockBook(
            Now, [Row(10, reserved: 3)], [held], units: null,
            new PromotionBook([Of("LARGE", id: 7, minimum: 101, until: Now, stopped: true, used: 1, max: 1)], [new(7, Customer, 1)]));
        Assert.Equal(Refusal.CouponMinimum, Decide(later, Reserving(Order, 2, 1, "LARGE")).Refusal);
        Assert.Equal(20, Decide(later, Reserving(Order, 2, 2, "LARGE")).Reservation!.Coupon!.Discount);
        Assert.Equal((1, 1), Uses(later, "LARGE"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("PERCENT")]
    public void Another_coupon_or_none_gives_the_first_back(string? next)
    {
        var book = Book();
        Decide(book, Reserving(Order, 1, 2, "LAST"));
        var outcome = Decide(book, Reserving(Order, 2, 2, next));
        Assert.Equal(next, outcome.Reservation!.Coupon?.Code);
        Assert.Equal((0, 0), Uses(book, "LAST"));
        Assert.Equal(next is null ? (0, 0) : (1, 1), Uses(book, "PERCENT"));
        Assert.Null(Decide(book, Reserving(Other, 1, 1, "LAST")).Refusal);
    }

    [Fact]
    public void A_revision_that_is_refused_keeps_the_coupon_before()
    {
        var book = Book();
        Decide(book, Reserving(Order, 1, 2, "PERCENT"));
        Assert.Equal(Refusal.CouponUsedUp, Decide(book, Reserving(Order, 2, 2, "GONE")).Refusal);
        Assert.Equal(("PERCENT", true), (book.Reservation(Order)!.Coupon!.Code, book.Reservation(Order)!.Coupon!.Counted));
        Assert.Equal((1, 1), Uses(book, "PERCENT"));
    }

    [Theory]
    [InlineData("release")]
    [InlineData("expire")]
    [InlineData("pay and cancel")]
    public void What_ends_gives_the_use_back_once(string end)
    {
        var book = Book();
        Decide(book, Reserving(Order, 1, 2, "LAST"));
        if (end == "pay and cancel")
        {
            Decide(book, new Confirm(Order, 1, Version: 2));
            Assert.Equal((1, 1), Uses(book, "LAST"));
        }
        for (var repeat = 0; repeat < 2; repeat++)
            Decide(book, end == "expire" ? new Expire(Order, -StockDecider.Lease) : new Release(Order, Version: 3));
        Assert.Equal((0, 0), Uses(book, "LAST"));
        Assert.Equal((false, 20), (book.Reservation(Order)!.Coupon!.Counted, book.Reservation(Order)!.Coupon!.Discount));
    }

    [Fact]
    public void Units_that_come_back_of_a_paid_order_leave_the_use_where_it_is()
    {
        var book = Book();
        Decide(book, Reserving(Order, 1, 2, "LAST"));
        Decide(book, new Confirm(Order, 1, Version: 2));
        Decide(book, new TakeBack(Order, [new OperationLine(1, 2)], Reason: null, Actor: null));
        Assert.Equal((1, 1), Uses(book, "LAST"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_payment_after_the_lease_takes_the_use_again_or_is_honoured_uncounted(bool gone)
    {
        var book = Book();
        Decide(book, Reserving(Order, 1, 2, "LAST"));
        Decide(book, new Expire(Order, -StockDecider.Lease));
        if (gone) Decide(book, Reserving(Other, 1, 1, "LAST"));
        var paid = Decide(book, new Confirm(Order, 1, Version: 2)).Reservation!;
        Assert.Equal((20, !gone), (paid.Coupon!.Discount, paid.Coupon.Counted));
        Assert.Equal((1, 1), Uses(book, "LAST"));
        Decide(book, new Release(Order, Version: 3));
        Assert.Equal(gone ? (1, 1) : (0, 0), Uses(book, "LAST"));
    }

    [Fact]
    public void Random_operations_keep_the_uses_equal_to_the_reservations_that_count_them()
    {
        Guid[] orders = [Order, Other, Guid.Parse("00000000-0000-8000-8000-000000000004")];
        string?[] codes = ["LAST", "PERCENT", "TWICE", null];
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var book = Book();
            for (var step = 0; step < 60; step++)
            {
                var order = orders[random.Next(orders.Length)];
                Decide(book, random.Next(5) switch
                {
                    0 => new Confirm(order, random.Next(1, 4), random.Next(1, 9)),
                    1 => new Release(order, Version: random.Next(1, 9)),
                    2 => new Expire(order, -StockDecider.Lease),
                    _ => Reserving(order, random.Next(1, 9), random.Next(1, 5), codes[random.Next(codes.Length)]),
                });
                foreach (var code in codes.OfType<string>())
                {
                    var counted = orders.Count(o => book.Reservation(o)?.Coupon is { Counted: true } coupon && coupon.Code == code);
                    Assert.Equal((counted, counted), Uses(book, code));
                }
            }
        }
    }

    private static (int Used, int OfCustomer) Uses(StockBook book, string code)
    {
        var promotion = book.Promotions.Find(code)!;
        return (promotion.Used, book.Promotions.UsesOf(promotion, Customer));
    }

    private static StockOutcome Decide(StockBook book, StockOperation operation) => StockDecider.Decide(book, operation);

    private static Reserve Reserving(Guid order, int revision, int quantity, string? coupon) =>
        new(order, revision, Customer, [(byte)quantity], [new OperationLine(1, quantity)], coupon);

    private static StockBook Book(params CustomerUses[] uses) =>
        new(Now, [Row(10)], [], units: null, new PromotionBook(Promotions(), uses));

    private static StockRow Row(int onHand, int reserved = 0) => new()
    {
        VariantId = 1, ProductId = 1, Sku = "P", Name = "Thing", Price = 100, Currency = "CNY", Sellable = true, OnHand = onHand, Reserved = reserved,
    };

    private static Promotion[] Promotions() =>
    [
        Of("PERCENT", id: 1, value: 15), Of("ALL", id: 2, value: 100), Of("AMOUNT", PromotionKind.Amount, 3, 500),
        Of("SHIPPING", PromotionKind.FreeShipping, 4, 0), Of("EARLY", id: 5, from: Now.AddMinutes(1)), Of("OVER", id: 6, until: Now),
        Of("LARGE", id: 7, minimum: 101), Of("ONCE", id: 8, perCustomer: 1, used: 1), Of("GONE", id: 9, used: 3, max: 3),
        Of("STOPPED", id: 10, stopped: true), Of("LAST", id: 11, max: 1), Of("TWICE", id: 12, perCustomer: 2),
    ];

    private static Promotion Of(
        string code, PromotionKind kind = PromotionKind.Percentage, long id = 99, long value = 10, long minimum = 0,
        DateTimeOffset? from = null, DateTimeOffset? until = null, int used = 0, int? max = null, int? perCustomer = null, bool stopped = false) =>
        new(id, code, kind, value, minimum, from ?? Now.AddDays(-1), until ?? Now.AddDays(1), max, perCustomer, used, stopped);
}
