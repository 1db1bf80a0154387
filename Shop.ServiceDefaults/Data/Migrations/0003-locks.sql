-- Leases, docs/adr/0006-locks.md. token null: nobody holds it.
create table shop_locks (
    name text primary key,
    token bigint,
    holder uuid,
    owner text,
    ticket bigint,
    lease interval,
    lease_until timestamptz,
    changed_at timestamptz not null default shop_now()
);

-- The newest token of each lock. Apart from the lease, so that a writer may hold this row while the lease is renewed.
create table shop_lock_fences (
    name text primary key,
    token bigint not null
);

-- One sequence for all names: a lock whose rows were dropped and that comes back goes on above its old tokens.
create sequence shop_lock_tokens;

-- Who waits for a fair lock, in order of arrival.
create table shop_lock_waiters (
    name text not null,
    ticket bigint not null,
    holder uuid not null unique,
    owner text not null,
    lease_until timestamptz not null,
    primary key (name, ticket)
);
create sequence shop_lock_tickets;

-- The row of a lock, held until the transaction ends: whatever is decided about one lock is decided one after the other.
create function shop_lock_row(p_name text) returns shop_locks language plpgsql as $$
declare
    v_lock shop_locks;
begin
    loop
        select * into v_lock from shop_locks where name = p_name for update;
        if found then
            return v_lock;
        end if;
        insert into shop_locks (name) values (p_name) on conflict do nothing;
        insert into shop_lock_fences (name, token) values (p_name, 0) on conflict do nothing;
    end loop;
end $$;

-- The new token; null while a writer whose token was accepted has not ended its transaction. Call with the row held.
create function shop_lock_grant(p_name text, p_holder uuid, p_owner text, p_ticket bigint, p_lease interval)
returns bigint language plpgsql as $$
declare
    v_token bigint;
begin
    perform from shop_lock_fences where name = p_name for update skip locked;
    if not found then
        return null;
    end if;
    v_token := nextval('shop_lock_tokens');
    update shop_lock_fences set token = v_token where name = p_name;
    update shop_locks
    set token = v_token, holder = p_holder, owner = p_owner, ticket = p_ticket, lease = p_lease,
        lease_until = shop_now() + p_lease, changed_at = shop_now()
    where name = p_name;
    return v_token;
end $$;

-- Exclusive: whoever asks while it is free gets it. ahead 0 stands for the holder.
create function shop_lock_try(
    p_name text, p_holder uuid, p_owner text, p_lease interval,
    out token bigint, out ahead bigint, out ahead_owner text, out pause interval) language plpgsql as $$
declare
    v_lock shop_locks := shop_lock_row(p_name);
    v_now timestamptz := shop_now();
begin
    if v_lock.lease_until > v_now then
        if v_lock.holder = p_holder then
            token := v_lock.token; -- Granted before, and the answer was lost.
        end if;
    else
        token := shop_lock_grant(p_name, p_holder, p_owner, 0, p_lease);
    end if;
    ahead := 0;
    ahead_owner := v_lock.owner;
    pause := v_lock.lease_until - v_now;
end $$;

-- Fair: in order of arrival. Who waits has a ticket, whose own lease each call renews; p_waiting null asks without queueing up.
create function shop_lock_turn(
    p_name text, p_holder uuid, p_owner text, p_lease interval, p_waiting interval, p_most int,
    out token bigint, out ahead bigint, out ahead_owner text, out pause interval) language plpgsql as $$
declare
    v_lock shop_locks := shop_lock_row(p_name);
    v_now timestamptz := shop_now();
    v_held boolean := coalesce(v_lock.lease_until > v_now, false);
    v_ticket bigint;
    v_next shop_lock_waiters;
begin
    if v_held and v_lock.holder = p_holder then
        token := v_lock.token;
        return;
    end if;
    delete from shop_lock_waiters where name = p_name and lease_until <= v_now;
    update shop_lock_waiters w set lease_until = v_now + p_waiting where w.holder = p_holder returning w.ticket into v_ticket;
    select * into v_next from shop_lock_waiters w
    where w.name = p_name and (v_ticket is null or w.ticket < v_ticket) order by w.ticket desc limit 1;

    if v_next.ticket is null and not v_held then
        token := shop_lock_grant(p_name, p_holder, p_owner, coalesce(v_ticket, nextval('shop_lock_tickets')), p_lease);
        if token is not null then
            delete from shop_lock_waiters w where w.holder = p_holder;
            return;
        end if;
    end if;
    if v_ticket is null and p_waiting is not null then
        if (select count(*) from shop_lock_waiters w where w.name = p_name) >= p_most then
            raise exception using errcode = 'SL002', message = format('%s already wait for lock %s', p_most, p_name);
        end if;
        insert into shop_lock_waiters (name, ticket, holder, owner, lease_until)
        values (p_name, nextval('shop_lock_tickets'), p_holder, p_owner, v_now + p_waiting);
    end if;
    ahead := coalesce(v_next.ticket, v_lock.ticket);
    ahead_owner := coalesce(v_next.owner, v_lock.owner);
    pause := coalesce(v_next.lease_until, v_lock.lease_until) - v_now;
end $$;

-- False: it is held no longer, and stays so.
create function shop_lock_renew(p_name text, p_holder uuid) returns boolean language plpgsql as $$
begin
    perform from shop_locks where name = p_name and holder = p_holder for update;
    update shop_locks set lease_until = shop_now() + lease
    where name = p_name and holder = p_holder and lease_until > shop_now();
    return found;
end $$;

-- Gives back what a holder has, the lock or the place in the queue, and wakes whom that concerns. Never harms another's.
create function shop_lock_leave(p_name text, p_holder uuid) returns void language plpgsql as $$
declare
    v_lock shop_locks;
    v_ticket bigint;
begin
    select * into v_lock from shop_locks where name = p_name for update;
    if v_lock.holder = p_holder then
        update shop_locks set token = null, holder = null, lease = null, lease_until = null, changed_at = shop_now()
        where name = p_name;
        perform pg_notify('shop_locks', v_lock.ticket || ':' || p_name);
    end if;
    delete from shop_lock_waiters where holder = p_holder returning ticket into v_ticket;
    if found then
        perform pg_notify('shop_locks', v_ticket || ':' || p_name);
    end if;
end $$;

-- For writers, in their own transaction: refuses (SL001) a token that is not the newest, or whose lease is over. Holds the
-- fence row, so nobody is granted before that transaction ends; one that falls idle for longer than the lease is ended.
create function shop_assert_fence(p_name text, p_token bigint) returns void language plpgsql as $$
declare
    v_newest bigint;
    v_lease interval;
begin
    select token into v_newest from shop_lock_fences where name = p_name for share;
    select lease into v_lease from shop_locks where name = p_name and token = p_token and lease_until > shop_now();
    if not found or v_newest is distinct from p_token then
        raise exception using errcode = 'SL001',
            message = format('token %s of lock %s is stale; the newest is %s', p_token, p_name, coalesce(v_newest, 0));
    end if;
    perform set_config('idle_in_transaction_session_timeout', ceil(extract(epoch from v_lease) * 1000)::bigint::text, true);
end $$;
