-- Which variant of the product; null in orders from before there were variants.
ALTER TABLE order_lines ADD COLUMN sku text;
