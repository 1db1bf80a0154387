using Npgsql;
using Shop.Catalog.Inventory;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Promotions;

/// <summary>What a coupon would come to at this moment; amounts in major units.</summary>
/// <param name="Coupon">As it is written on the promotion.</param>
/// <param name="Total">After the discount.</param>
public sealed record CouponQuote(string Coupon, string Name, string NameZh, decimal Discount, bool FreeShipping, decimal Total);

/// <summary>Tells what a coupon would do, and takes nothing: only a reservation does.</summary>
public sealed class CouponQuotes(NpgsqlDataSource database)
{
    private const string Find =
        $"""
        SELECT {Promotion.Columns}, name, name_zh, shop_now(),
               coalesce((SELECT uses FROM promotion_uses u WHERE u.promotion_id = promotions.id AND u.customer_id = $2), 0)
        FROM promotions WHERE code = $1
        """;

    /// <param name="total">Of the lines, in major units.</param>
    /// <param name="customer">Empty while nobody is known, who then has used none.</param>
    /// <exception cref="ProblemException">400 for the total; 404 coupon_unknown; 409 with the code of the refusal.</exception>
    public async Task<CouponQuote> QuoteAsync(string code, decimal total, Guid customer, CancellationToken cancellationToken)
    {
        if (!Money.TryToMinor(total, out var minor)) throw Problem.Validation("total", "must be an amount with at most two decimals");
        if (!Coupon.IsValid(code)) throw StockOutcome.Refused(Refusal.CouponUnknown).ToProblem(line: null);
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new NpgsqlParameter { Value = Coupon.Normal(code) });
        command.Parameters.Add(new NpgsqlParameter { Value = customer });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw StockOutcome.Refused(Refusal.CouponUnknown).ToProblem(line: null);
        var promotion = Promotion.Read(reader);
        if (promotion.WhyNot(reader.GetFieldValue<DateTimeOffset>(13), minor, reader.GetInt32(14)) is { } why) throw Refused(why, promotion);
        var name = reader.GetString(11);
        var discount = promotion.DiscountOn(minor);
        return new CouponQuote(
            promotion.Code, name, reader.IsDBNull(12) ? name : reader.GetString(12), Money.ToMajor(discount), promotion.FreeShipping,
            Money.ToMajor(minor - discount));
    }

    private static ProblemException Refused(Refusal why, Promotion promotion)
    {
        var problem = StockOutcome.Refused(why, limit: promotion.MaxUsesPerCustomer ?? 0).ToProblem(line: null);
        if (why == Refusal.CouponMinimum) problem.Extensions["minimum"] = Money.ToMajor(promotion.Minimum);
        return problem;
    }
}
