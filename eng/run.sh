# shellcheck shell=bash
# ./shop run: install, build, start. Sourced by ./shop.

run_shop() {
    local arguments=()
    while [ $# -gt 0 ]; do
        case $1 in
            --fresh) arguments+=(--Shop:Fresh=true) ;;
            --standby) arguments+=(--Shop:Standby=true) && require_local_servers ;;
            *) no_more_arguments "$@" ;;
        esac
        shift
    done
    export SHOP_PORT=${SHOP_PORT:-8080} SHOP_DASHBOARD_PORT=${SHOP_DASHBOARD_PORT:-18888}
    require_free_port SHOP_PORT "$SHOP_PORT"
    require_free_port SHOP_DASHBOARD_PORT "$SHOP_DASHBOARD_PORT"
    [ "$SHOP_PORT" -ne "$SHOP_DASHBOARD_PORT" ] || fail "SHOP_PORT and SHOP_DASHBOARD_PORT are both $SHOP_PORT: choose two ports" 2
    install_for_run
    build_apphost
    start_apphost "${arguments[@]}"
}

# A standby is fed and kept beside the data of a local server; that of a container is not within reach.
require_local_servers() {
    [ "${SHOP_SERVERS:-}" != containers ] ||
        fail "--standby needs local servers, and SHOP_SERVERS is containers: unset it, or set it to local" 2
    export SHOP_SERVERS=local
}

# The AppHost takes this process over, so that signals to the launcher reach it.
start_apphost() {
    say "Starting"
    cd "$SHOP_ROOT/Shop.AppHost"
    export DOTNET_ENVIRONMENT=Development ASPNETCORE_ENVIRONMENT=Development
    export ASPNETCORE_URLS="http://localhost:$SHOP_DASHBOARD_PORT"
    # Aspire refuses addresses without TLS otherwise; these are on the loopback interface.
    export ASPIRE_ALLOW_UNSECURED_TRANSPORT=true
    exec dotnet "$APPHOST_DLL" "$@"
}

# require_free_port VARIABLE PORT
require_free_port() {
    if ! [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || [ "$2" -gt 65535 ]; then fail "$1=$2 is not a port (1 to 65535)" 2; fi
    ! is_listening "$2" ||
        fail "port $2 is in use$(holder_of "$2"): end that program, or choose another port: $1=$(($2 + 1)) ./shop run"
}

# The kernel's own list (state 0A is LISTEN): there without any package.
is_listening() {
    local hex
    hex=$(printf '%04X' "$1")
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}

holder_of() {
    has ss || return 0
    ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ by \1 (pid \2)/p' | head -n 1
}
