-- catalog: what lists show of a product is what its row, its texts and its variants say
SELECT format('product %s: its card says %s, its tables %s', product_id, to_jsonb(c), to_jsonb(m))
FROM product_cards c FULL JOIN made_cards m USING (product_id)
WHERE to_jsonb(c) IS DISTINCT FROM to_jsonb(m)
