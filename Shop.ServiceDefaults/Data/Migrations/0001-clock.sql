-- The database's own time for leases and expiries: tests move it by changing the one row.
create table shop_clock (
    one boolean primary key default true check (one),
    shift interval not null default '0'
);
insert into shop_clock default values;

-- STABLE: one value per statement, so that it can be compared with an index.
create function shop_now() returns timestamptz language sql stable parallel safe as
    'select clock_timestamp() + shift from shop_clock';
