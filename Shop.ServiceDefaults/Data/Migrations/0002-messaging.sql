-- Rows live from commit to confirm, so the table stays small; vacuum by count, not by share.
create table shop_outbox (
    position bigint generated always as identity primary key,
    message_id uuid not null,
    type text not null,
    aggregate_id uuid not null,
    version bigint not null,
    body bytea not null,
    traceparent text,
    tracestate text,
    created_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0,
        autovacuum_analyze_threshold = 5000);

-- day is the day in the message's own UUIDv7: a repeat lands in the partition of the first delivery, whenever it comes.
create table shop_inbox (
    day date not null,
    message_id uuid not null,
    received_at timestamptz not null default clock_timestamp(),
    primary key (day, message_id)
) partition by range (day);

-- Days without a partition: very late replays, clocks that are wrong.
create table shop_inbox_other partition of shop_inbox default;
