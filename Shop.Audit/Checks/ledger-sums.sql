-- payments: every transaction of the ledger sums to zero
SELECT format('transaction %s: %s %s', transaction_id, sum(amount), currency)
FROM ledger_entries GROUP BY transaction_id, currency HAVING sum(amount) <> 0
