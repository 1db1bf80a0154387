-- payments: a payment is captured and refunded once, and to its amount
WITH entered AS (
    SELECT payment_id, kind, sum(amount) AS amount, count(*) AS entries
    FROM ledger_entries WHERE account LIKE 'provider:%' GROUP BY payment_id, kind)
SELECT format('payment %s is %s over %s: captured %s in %s entries, refunded %s in %s', p.id, p.status, coalesce(p.amount, 0),
              coalesce(c.amount, 0), coalesce(c.entries, 0), coalesce(-r.amount, 0), coalesce(r.entries, 0))
FROM payments p
LEFT JOIN entered c ON c.payment_id = p.id AND c.kind = 'capture'
LEFT JOIN entered r ON r.payment_id = p.id AND r.kind = 'refund'
WHERE coalesce(c.amount, 0) <> CASE WHEN p.status IN ('succeeded', 'refunding', 'refunded') THEN p.amount ELSE 0 END
   OR coalesce(c.entries, 0) <> CASE WHEN p.status IN ('succeeded', 'refunding', 'refunded') THEN 1 ELSE 0 END
   OR coalesce(-r.amount, 0) <> CASE p.status WHEN 'refunded' THEN p.amount ELSE 0 END
   OR coalesce(r.entries, 0) <> CASE p.status WHEN 'refunded' THEN 1 ELSE 0 END
