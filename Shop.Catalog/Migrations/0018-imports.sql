-- Files that are imported one after the other, in the order of their ids, and what became of them.
CREATE TABLE imports (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    who              uuid NOT NULL,
    dry_run          boolean NOT NULL,
    state            text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'refused', 'failed')),
    row_count        integer NOT NULL CHECK (row_count >= 0),
    file             bytea CHECK (length(file) <= 10485760),
    token            bigint,
    begun            smallint NOT NULL DEFAULT 0,
    products_created integer,
    products_changed integer,
    variants_created integer,
    variants_changed integer,
    error_count      integer NOT NULL DEFAULT 0,
    errors           jsonb,
    code             text,
    detail           text,
    created_at       timestamptz NOT NULL DEFAULT shop_now(),
    enqueued_at      timestamptz NOT NULL DEFAULT shop_now(),
    started_at       timestamptz,
    finished_at      timestamptz,
    CONSTRAINT imports_keep_what_may_be_needed CHECK ((file IS NULL) = (state IN ('done', 'refused')))
);
COMMENT ON COLUMN imports.token IS 'of the lock under which it was begun last; an older one changes nothing here any more';
COMMENT ON COLUMN imports.begun IS 'how often, since it was last enqueued by a person';
COMMENT ON COLUMN imports.code IS 'why it was refused or failed; null otherwise';
COMMENT ON COLUMN imports.enqueued_at IS 'when its job was last handed over';

CREATE INDEX imports_waiting ON imports (id) WHERE state IN ('queued', 'running');
