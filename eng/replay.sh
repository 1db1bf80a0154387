# shellcheck shell=bash
# ./shop replay: sends dead letters of the running shop back to their queues. Sourced by ./shop.

# Exit code 1: a service did not answer; 2: there is none to ask.
replay_dead_letters() {
    local services=(catalog orders payments) service failed=0
    if [ $# -gt 0 ]; then
        [[ " ${services[*]} " == *" $1 "* ]] || fail "replay $1: one of ${services[*]} is wanted" 2
        services=("$1")
        shift
    fi
    no_more_arguments "$@"
    for service in "${services[@]}"; do replay_of "$service" || failed=1; done
    return "$failed"
}

# Whichever replica is asked, the queues are the same.
replay_of() {
    local url key answer
    { read -r url && read -r key; } < <(operator_access_to "Shop.${1^}") ||
        fail "no $1 of this copy runs, or it has no operator key: ./shop run" 2
    if answer=$(post_as_operator "$url" "$key"); then
        say "$1: ${answer//[^0-9]/} replayed"
    else
        printf 'shop: %s did not replay: %s\n' "$1" "$answer" >&2
        return 1
    fi
}

# operator_access_to PROJECT: address and key, a line each, of a process of this copy. The sandbox, of the same project as
# Payments, accepts nobody.
operator_access_to() {
    local process environment key url
    for process in /proc/[0-9]*; do
        tr '\0' '\n' 2>/dev/null <"$process/cmdline" | grep -qF "$SHOP_ROOT/$1/bin/" || continue
        environment=$(tr '\0' '\n' 2>/dev/null <"$process/environ") || continue
        key=$(sed -n 's/^Internal__Callers__operator=//p' <<<"$environment")
        url=$(sed -n 's/^ASPNETCORE_URLS=\([^;]*\).*/\1/p' <<<"$environment")
        [ -n "$key" ] && [ -n "$url" ] || continue
        printf '%s\n' "$url" "$key"
        return
    done
    return 1
}

# post_as_operator URL KEY: the body of the answer; fails unless it is 200. The key is not among the arguments of a process.
post_as_operator() {
    local host=${1#*://} status line
    host=${host%%/*}
    exec 3<>"/dev/tcp/${host%:*}/${host##*:}" || return 1
    printf 'POST /internal/messaging/dead-letters/replay HTTP/1.0\r\nHost: %s\r\n%s\r\n%s\r\nContent-Length: 0\r\n\r\n' \
        "$host" 'X-Service-Name: operator' "X-Service-Key: $2" >&3
    read -r -t 60 -u 3 _ status _ || return 1
    while IFS= read -r -t 60 -u 3 line && [ "$line" != $'\r' ]; do :; done
    cat <&3
    exec 3>&-
    [ "$status" = 200 ]
}
