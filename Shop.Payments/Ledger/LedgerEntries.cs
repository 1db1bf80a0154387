using Npgsql;
using Shop.Payments.Payments;

namespace Shop.Payments.Ledger;

/// <summary>
/// Entries of the double-entry ledger. A capture debits what the provider owes us and credits what we owe the order; a
/// refund is its mirror image.
/// </summary>
internal static class LedgerEntries
{
    public static NpgsqlBatchCommand Capture(Payment payment) => Entries(payment, "capture", payment.Amount!.Value);

    public static NpgsqlBatchCommand Refund(Payment payment) => Entries(payment, "refund", -payment.Amount!.Value);

    private static NpgsqlBatchCommand Entries(Payment payment, string kind, long amount) => new("""
        with entry as (select gen_random_uuid() as transaction_id)
        insert into ledger_entries (transaction_id, account, payment_id, order_id, kind, amount, currency)
        select transaction_id, account, $1, $2, $3, signed, $5
        from entry, (values ('provider:sandbox', $4::bigint), ('orders', -$4::bigint)) as side (account, signed)
        """)
    {
        Parameters =
        {
            new() { Value = payment.Id }, new() { Value = payment.OrderId }, new() { Value = kind },
            new() { Value = amount }, new() { Value = payment.Currency! },
        },
    };
}
