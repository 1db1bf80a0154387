create table accounts (
    id                  uuid primary key,
    email               text        not null,
    normalized_email    text        not null unique,
    password_hash       text        not null,
    security_stamp      text        not null,
    concurrency_stamp   text        not null,
    roles               text[]      not null default '{}',
    access_failed_count integer     not null default 0,
    lockout_end         timestamptz,
    created_at          timestamptz not null default shop_now()
);

-- One row per login. Only the SHA-256 of the newest refresh token is kept: whoever presents an older one of the same
-- session holds a copy, and the session ends.
create table refresh_sessions (
    id         bytea primary key,
    account_id uuid        not null references accounts (id) on delete cascade,
    token_hash bytea       not null,
    expires_at timestamptz not null
);
create index refresh_sessions_by_expiry on refresh_sessions (expires_at);

-- The key that signs access tokens: made once, by whichever replica comes first, and never handed to another service.
create table signing_keys (
    kid         text primary key,
    private_key bytea       not null,
    created_at  timestamptz not null default shop_now()
);

-- ASP.NET Core data protection (cookies, antiforgery), shared by all replicas.
create table data_protection_keys (
    friendly_name text primary key,
    xml           text        not null,
    created_at    timestamptz not null default shop_now()
);
