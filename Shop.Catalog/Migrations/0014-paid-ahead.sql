-- A payment that has overtaken its reservation waits for it here; the lease bounds the wait.
ALTER TABLE reservations ADD COLUMN paid_revision integer;
COMMENT ON COLUMN reservations.paid_revision IS 'the revision that was paid for before it came, and is sold when it does';
