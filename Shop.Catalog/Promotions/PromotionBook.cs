using Shop.Catalog.Inventory;

namespace Shop.Catalog.Promotions;

/// <summary>The promotions that one transaction has locked, and which uses of them it has taken and given back.</summary>
public sealed class PromotionBook
{
    private readonly Dictionary<string, Promotion> _byCode;
    private readonly Dictionary<long, int> _before;
    private readonly Dictionary<(long PromotionId, Guid CustomerId), int> _uses;
    private readonly HashSet<(long PromotionId, Guid CustomerId)> _changed = [];

    /// <param name="uses">Of the customers concerned; who is missing has none.</param>
    public PromotionBook(IEnumerable<Promotion> promotions, IEnumerable<CustomerUses> uses)
    {
        _byCode = promotions.ToDictionary(promotion => promotion.Code, StringComparer.Ordinal);
        _before = _byCode.Values.ToDictionary(promotion => promotion.Id, promotion => promotion.Used);
        _uses = uses.ToDictionary(row => (row.PromotionId, row.CustomerId), row => row.Uses);
    }

    public static PromotionBook Empty => new([], []);

    /// <summary>What each promotion's counter changed by, where it did, in order of id.</summary>
    public IEnumerable<(long PromotionId, int Difference)> Differences => _byCode.Values
        .Select(promotion => (promotion.Id, promotion.Used - _before[promotion.Id])).Where(change => change.Item2 != 0).OrderBy(change => change.Id);

    /// <summary>As they are now, in order of key.</summary>
    public IEnumerable<CustomerUses> ChangedUses => _changed.Order().Select(key => new CustomerUses(key.PromotionId, key.CustomerId, _uses[key]));

    public Promotion? Find(string code) => _byCode.GetValueOrDefault(code);

    public int UsesOf(Promotion promotion, Guid customer) => _uses.GetValueOrDefault((promotion.Id, customer));

    public Refusal? WhyNotOneMore(string code, Guid? customer) => Find(code) is { } promotion
        ? promotion.WhyNotOneMore(customer is { } known ? UsesOf(promotion, known) : 0)
        : Refusal.CouponUnknown;

    public void Take(string code, Guid? customer) => Count(code, customer, +1);

    public void GiveBack(string code, Guid? customer) => Count(code, customer, -1);

    // Never below zero: an order must not fail for ever because the books were wrong before; the audit shows that.
    private void Count(string code, Guid? customer, int difference)
    {
        if (Find(code) is not { } promotion) return;
        _byCode[code] = promotion with { Used = Math.Max(0, promotion.Used + difference) };
        if (customer is not { } known) return;
        var key = (promotion.Id, known);
        _uses[key] = Math.Max(0, _uses.GetValueOrDefault(key) + difference);
        _changed.Add(key);
    }
}
