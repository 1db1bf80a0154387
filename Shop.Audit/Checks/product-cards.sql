-- catalog: what lists show of a product is what its row, its texts, its reviews and its variants say
SELECT format('product %s: its card says %s, its tables %s', product_id, to_jsonb(c), to_jsonb(m))
FROM product_cards c FULL JOIN made_cards m USING (product_id)
WHERE to_jsonb(c) IS DISTINCT FROM to_jsonb(m)
  -- A rating waits for whoever holds the card, which an import does for two minutes at most.
  AND NOT EXISTS (SELECT FROM late_cards l WHERE l.product_id = c.product_id AND l.since > shop_now() - interval '2 minutes')
