-- What SalesTally.cs follows. Reservations, of which there are many more than sales, do not touch it.
CREATE INDEX stock_ledger_sales ON stock_ledger (id) WHERE kind IN ('sold', 'returned');
