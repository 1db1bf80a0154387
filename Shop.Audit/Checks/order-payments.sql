-- orders: an order is paid by one payment, and one that is paid by none is not paid
SELECT format('order %s is %s: %s payments accepted, paid by %s', o.id, o.status, count(p.payment_id), coalesce(o.payment_id::text, 'none'))
FROM orders o LEFT JOIN order_payments p ON p.order_id = o.id AND p.state = 'accepted'
GROUP BY o.id
HAVING count(p.payment_id) > 1 OR (count(p.payment_id) = 0 AND o.status IN ('paid', 'shipped', 'delivered', 'completed'))
