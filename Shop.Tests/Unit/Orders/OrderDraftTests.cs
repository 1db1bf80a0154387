using System.Security.Cryptography;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Unit.Orders;

public sealed class OrderDraftTests
{
    [Fact]
    public void One_product_is_a_list_of_one()
    {
        var single = OrderDraft.From(new(7, 2, null, null));
        var list = OrderDraft.From(new(null, null, [new(7, 2)], null));
        Assert.Equal([new DraftLine(7, 2)], single.Lines);
        Assert.Equal(single.BodyHash(), list.BodyHash());
    }

    [Fact]
    public void Nothing_means_the_cart() => Assert.Null(OrderDraft.From(new(null, null, null, null)).Lines);

    [Fact]
    public void The_same_product_twice_is_one_line_and_order_does_not_matter()
    {
        var draft = OrderDraft.From(new(null, null, [new(9, 1), new(3, 2), new(9, 4)], null));
        Assert.Equal([new DraftLine(3, 2), new DraftLine(9, 5)], draft.Lines);
    }

    [Fact]
    public void Every_difference_in_meaning_changes_the_hash()
    {
        OrderDraft[] drafts =
        [
            OrderDraft.From(new(null, null, null, null)),
            OrderDraft.From(new(null, null, null, 1)),
            OrderDraft.From(new(7, 2, null, null)),
            OrderDraft.From(new(7, 3, null, null)),
            OrderDraft.From(new(72, 2, null, null)),
            OrderDraft.From(new(7, 2, null, 5)),
            OrderDraft.From(new(7, 2, null, 0)),
            OrderDraft.From(new(null, null, [new(7, 2), new(8, 1)], null)),
            OrderDraft.From(new(7, 2, null, null, Coupon: "TEN")),
            OrderDraft.From(new(7, 2, null, null, Coupon: "TEN-5")),
        ];
        Assert.Equal(drafts.Length, drafts.Select(draft => Convert.ToHexString(draft.BodyHash())).Distinct().Count());
    }

    [Fact]
    public void A_coupon_is_the_same_in_any_case_and_a_body_without_one_has_the_hash_it_always_had()
    {
        Assert.Equal(OrderDraft.From(new(7, 2, null, null, Coupon: "TEN")).BodyHash(), OrderDraft.From(new(7, 2, null, null, Coupon: "ten")).BodyHash());
        Assert.Equal(SHA256.HashData("order/1|lines|7x2|="u8), OrderDraft.From(new(7, 2, null, null)).BodyHash());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("十")]
    [InlineData("12345678901234567890123456789012345678901")]
    public void A_code_that_is_none_is_refused(string coupon) =>
        Assert.Equal("coupon", Errors(new(7, 2, null, null, Coupon: coupon)).Single());

    public static TheoryData<string, string> Wrong() => new()
    {
        { "0x1", "productId" },
        { "-5x1", "productId" },
        { "7x0", "quantity" },
        { "7x-1", "quantity" },
        { "7x1001", "quantity" },
        { "?x1", "productId" },
        { "7x?", "quantity" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_line_is_refused_naming_the_field(string line, string field)
    {
        var request = Line(line);
        Assert.Equal(field, Errors(new(request.ProductId, request.Quantity, null, null)).Single());
        Assert.Equal($"items[1].{field}", Errors(new(null, null, [new(1, 1), request], null)).Single());
    }

    [Fact]
    public void All_errors_are_told_at_once() =>
        Assert.Equal(
            ["expectedTotal", "items[0].productId", "items[0].quantity"],
            Errors(new(null, null, [null], 1.234m)).Order());

    [Fact]
    public void More_than_fifty_lines_none_and_both_forms_are_refused()
    {
        Assert.Equal(["items"], Errors(new(null, null, [.. Enumerable.Range(1, 51).Select(n => new LineRequest(n, 1))], null)));
        Assert.Equal(["items"], Errors(new(null, null, [], null)));
        Assert.Equal(["items"], Errors(new(1, 1, [new(1, 1)], null)));
        Assert.Equal(50, OrderDraft.From(new(null, null, [.. Enumerable.Range(1, 50).Select(n => new LineRequest(n, 1))], null)).Lines!.Count);
    }

    [Fact]
    public void Lines_of_one_product_may_not_add_up_to_too_many() =>
        Assert.Equal(["items[1].quantity"], Errors(new(null, null, [new(1, 600), new(1, 600)], null)));

    private static LineRequest Line(string text)
    {
        var parts = text.Split('x');
        return new(parts[0] == "?" ? null : long.Parse(parts[0]), parts[1] == "?" ? null : int.Parse(parts[1]));
    }

    private static IEnumerable<string> Errors(PlaceOrderRequest request)
    {
        var error = Assert.Throws<ProblemException>(() => OrderDraft.From(request));
        Assert.Equal((400, "invalid"), (error.Status, error.Code));
        return Assert.IsAssignableFrom<IEnumerable<KeyValuePair<string, string[]>>>(error.Extensions["errors"]).Select(entry => entry.Key);
    }
}
