-- A payment is one attempt to collect one order's frozen total. Its id is derived from (customer, Idempotency-Key),
-- so a repeat finds the row instead of making a second one.
create table payments (
    id              uuid primary key,
    customer_id     uuid        not null,
    order_id        uuid        not null,
    method          text        not null,
    status          text        not null check (status in ('created', 'pending', 'succeeded', 'declined', 'refused', 'refunding', 'refunded')),
    amount          bigint      check (amount > 0),
    currency        text,
    failure         text,
    version         bigint      not null default 1,
    -- When the worker takes the payment up again; null once nothing is left to do. Doubles as the worker's lease.
    next_attempt_at timestamptz,
    attempts        integer     not null default 0,
    created_at      timestamptz not null default shop_now(),
    updated_at      timestamptz not null default shop_now(),
    check (status in ('created', 'refused') or (amount is not null and currency is not null))
);
create index payments_due on payments (next_attempt_at) where next_attempt_at is not null;
create index payments_of_order on payments (order_id);

-- What a provider told us, once per event: a repeated notification has no second effect.
create table notifications (
    provider    text        not null,
    event_id    text        not null,
    payment_id  uuid        not null references payments (id),
    type        text        not null,
    received_at timestamptz not null default shop_now(),
    primary key (provider, event_id)
);

-- Double entry: every transaction's entries sum to zero in its currency. Amounts are minor units; positive is a debit.
create table ledger_entries (
    transaction_id uuid        not null,
    account        text        not null,
    payment_id     uuid        not null references payments (id),
    order_id       uuid        not null,
    kind           text        not null check (kind in ('capture', 'refund')),
    amount         bigint      not null check (amount <> 0),
    currency       text        not null,
    entered_at     timestamptz not null default shop_now(),
    primary key (transaction_id, account)
);
create index ledger_entries_of_payment on ledger_entries (payment_id);
-- One capture and one refund a payment, whatever the code does.
create unique index ledger_once_per_payment on ledger_entries (payment_id, kind, account);

create function ledger_transaction_balances() returns trigger language plpgsql as $$
begin
    if exists (select from ledger_entries where transaction_id = new.transaction_id
               group by currency having sum(amount) <> 0) then
        raise exception 'ledger transaction % does not sum to zero', new.transaction_id;
    end if;
    return null;
end $$;
create constraint trigger ledger_balanced after insert or update on ledger_entries
    deferrable initially deferred for each row execute function ledger_transaction_balances();
