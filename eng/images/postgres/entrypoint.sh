#!/bin/sh
# Makes the cluster on the first start, then becomes the server, as user postgres.
set -eu
[ "${1#-}" = "$1" ] || set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"

PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
version=$(postgres --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
export PATH PGDATA="${PGDATA:-/var/lib/postgresql/$version/docker}"

if [ "$(id -u)" = 0 ]; then
    install -d -o postgres -g postgres "$(dirname "$PGDATA")"
    chown postgres: /var/lib/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    [ -n "${POSTGRES_PASSWORD:-}" ] || { echo "POSTGRES_PASSWORD is not set" >&2; exit 1; }
    user=${POSTGRES_USER:-postgres}
    database=${POSTGRES_DB:-$user}
    # Made beside its place: a start that was killed half way leaves nothing that looks like a cluster.
    rm -rf "$PGDATA.new"
    password=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
    # Several words on purpose.
    # shellcheck disable=SC2086
    initdb --pgdata="$PGDATA.new" --username="$user" --pwfile="$password" ${POSTGRES_INITDB_ARGS:-}
    rm "$password"
    echo "listen_addresses = '*'" >>"$PGDATA.new/postgresql.conf"
    echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA.new/pg_hba.conf"
    [ "$database" = postgres ] ||
        echo "CREATE DATABASE \"$database\"" | postgres --single -D "$PGDATA.new" postgres
    mv "$PGDATA.new" "$PGDATA"
fi
exec "$@"
