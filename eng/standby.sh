#!/usr/bin/env bash
# A streaming standby of the local PostgreSQL server, in the foreground until SIGTERM. The AppHost runs it for
# ./shop run --standby and says in the environment where the primary is (POSTGRES_HOST, _PORT, _USERNAME, _PASSWORD) and on
# which port to listen (STANDBY_PORT). Its data lies beside that of the primary. See docs/standby.md.
set -euo pipefail

readonly SLOT=standby
readonly PRIMARY_PATIENCE=60 DATA_PATIENCE=15
export PGHOST=$POSTGRES_HOST PGPORT=$POSTGRES_PORT PGUSER=$POSTGRES_USERNAME PGPASSWORD=$POSTGRES_PASSWORD
export PGDATABASE=postgres PGCONNECT_TIMEOUT=3 LC_ALL=C

say() { printf 'standby: %s\n' "$*"; }

fail() {
    printf 'standby: %s\n' "$*" >&2
    exit 1
}

# The account of the server: PostgreSQL refuses root.
AS_SERVER=()
[ "$EUID" -ne 0 ] || AS_SERVER=(setpriv --reuid=postgres --regid=postgres --clear-groups --)

ask() { "$PROGRAMS/psql" -XAtq -v ON_ERROR_STOP=1 -c "$1"; }

# The programs of the newest version can ask any server; those that touch data must be of the primary's version.
find_programs() {
    local found
    found=$(compgen -G '/usr/lib/postgresql/*/bin/psql' | sort -V | tail -n 1) ||
        fail "PostgreSQL is not installed: ./shop setup installs it"
    PROGRAMS=${found%/psql}
}

wait_for_primary() {
    local deadline=$((SECONDS + PRIMARY_PATIENCE)) said=""
    until said=$(ask 'SELECT 1' 2>&1); do
        [ "$SECONDS" -lt "$deadline" ] || fail "the primary at $PGHOST:$PGPORT did not answer for $PRIMARY_PATIENCE s: ${said%%$'\n'*}"
        sleep 0.3
    done
}

learn_primary() {
    MAJOR=$(($(ask 'SHOW server_version_num') / 10000))
    PROGRAMS=/usr/lib/postgresql/$MAJOR/bin
    [ -x "$PROGRAMS/pg_basebackup" ] || fail "the primary is PostgreSQL $MAJOR, whose programs are not on this machine: install postgresql-$MAJOR"
    CLUSTER=$(ask 'SELECT system_identifier FROM pg_control_system()')
    TIMELINE=$((16#$(ask 'SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)')))
    # DATA_FOLDER/postgres/postgresql/data, as local servers have it.
    local primary_data
    primary_data=$(ask 'SHOW data_directory')
    [ -d "$primary_data" ] || fail "the data of the primary ($primary_data) is not on this machine: a standby needs local servers (SHOP_SERVERS=local)"
    HOME_FOLDER=$(dirname "$(dirname "$(dirname "$primary_data")")")/postgres-standby
}

enter_home() {
    mkdir -p "$HOME_FOLDER"
    chmod 700 "$HOME_FOLDER"
    [ "$EUID" -ne 0 ] || chown postgres:postgres "$HOME_FOLDER"
    cd "$HOME_FOLDER"
    # The server inherits the descriptor: the lock is free when, and only when, it is gone.
    exec 9>lock
    flock -w "$DATA_PATIENCE" 9 || fail "a standby of an earlier run still uses the data in $HOME_FOLDER: end it, or set SHOP_DATA to another folder"
}

control() { "${AS_SERVER[@]}" "$PROGRAMS/pg_controldata" -D data | sed -n "s/^$1: *//p"; }

# Says why the data cannot follow the primary; nothing when it can.
reason_to_rebuild() {
    [ -e data/PG_VERSION ] || { echo "there is none yet"; return; }
    [ -e data/standby.signal ] || { echo "what is there is a primary's"; return; }
    [ "$(cat data/PG_VERSION)" = "$MAJOR" ] || { echo "it was made by PostgreSQL $(cat data/PG_VERSION), the primary is $MAJOR"; return; }
    [ "$(control 'Database system identifier')" = "$CLUSTER" ] || { echo "it belongs to another primary"; return; }
    [ "$(control "Latest checkpoint's TimeLineID")" = "$TIMELINE" ] || { echo "the primary is on another timeline, $TIMELINE"; return; }
    [ "$(ask "SELECT '$(control 'Minimum recovery ending location')'::pg_lsn <= pg_current_wal_lsn()")" = t ] ||
        { echo "it is ahead of the primary"; return; }
    [ "$(ask "SELECT wal_status <> 'lost' FROM pg_replication_slots WHERE slot_name = '$SLOT'")" = t ] ||
        echo "the primary has not kept the log that it needs"
}

rebuild() {
    say "copying the primary, since $1"
    # Without the signal file it was a server of its own; what that took must not be lost by starting a standby.
    if [ -e data/PG_VERSION ] && [ ! -e data/standby.signal ]; then
        local kept
        kept=primary-$(date +%Y%m%d-%H%M%S)
        "${AS_SERVER[@]}" mv data "$kept"
        say "the old data was that of a primary: kept in $HOME_FOLDER/$kept"
    fi
    "${AS_SERVER[@]}" rm -rf data data.new
    ask "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '$SLOT'" >/dev/null
    "${AS_SERVER[@]}" "$PROGRAMS/pg_basebackup" -D data.new --wal-method=stream --create-slot --slot="$SLOT" --checkpoint=fast
    "${AS_SERVER[@]}" touch data.new/standby.signal
    "${AS_SERVER[@]}" mv data.new data
}

# A standby refuses to start with less than its primary of what these count.
limits_of_primary() {
    ask "SELECT '-c' || chr(10) || name || '=' || setting FROM pg_settings WHERE name IN
        ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')"
}

serve() {
    local limits=() server code=0
    mapfile -t limits < <(limits_of_primary)
    # A reader that is in the way of the replay is cancelled, and read again on the primary, rather than making all others late.
    "${AS_SERVER[@]}" setpriv --pdeathsig INT -- "$PROGRAMS/postgres" -D data \
        -c listen_addresses=127.0.0.1 -c "port=$STANDBY_PORT" -c unix_socket_directories= -c cluster_name=standby \
        -c hot_standby=on -c max_standby_streaming_delay=500ms -c wal_retrieve_retry_interval=500ms \
        -c "primary_conninfo=host=$PGHOST port=$PGPORT user=$PGUSER application_name=standby" -c "primary_slot_name=$SLOT" \
        "${limits[@]}" &
    server=$!
    # SIGTERM would make it wait for its clients.
    trap 'kill -INT $server 2>/dev/null || true' TERM INT
    while kill -0 "$server" 2>/dev/null; do
        code=0
        wait "$server" || code=$?
    done
    exit "$code"
}

find_programs
wait_for_primary
learn_primary
enter_home
reason=$(reason_to_rebuild)
[ -z "$reason" ] || rebuild "$reason"
serve
