namespace Shop.Audit;

/// <summary>All that is compared.</summary>
public static class AuditChecks
{
    /// <summary>What holds within the catalogue's database at every moment.</summary>
    public static IReadOnlyList<AuditCheck> Stock { get; } =
    [
        SqlCheck.Load("stock-counters"), SqlCheck.Load("stock-reserved"), SqlCheck.Load("stock-orders"),
        SqlCheck.Load("customer-units"), SqlCheck.Load("coupon-uses"), SqlCheck.Load("review-scores"),
        SqlCheck.Load("product-cards"),
    ];

    public static IReadOnlyList<AuditCheck> All { get; } =
    [
        .. Stock,
        new ReservationsOfOrders(),
        SqlCheck.Load("order-payments"),
        SqlCheck.Load("ledger-sums"),
        SqlCheck.Load("ledger-payments"),
        new MoneyOfOrders(),
        SqlCheck.Load("outbox"),
    ];
}
