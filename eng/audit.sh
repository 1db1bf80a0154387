# shellcheck shell=bash
# ./shop audit: compares independent sources of the running shop's databases. Sourced by ./shop.

readonly AUDIT_DLL="$SHOP_ROOT/Shop.Audit/bin/$CONFIGURATION/net10.0/Shop.Audit.dll"

# Exit code 0: no difference; 1: differences; 2: there is nothing to look at.
audit_shop() {
    local settled=()
    if [ $# -gt 0 ]; then
        [[ $1 =~ ^[0-9]+$ ]] || fail "audit $1: a number of seconds is wanted" 2
        settled=(--settled "$1")
        shift
    fi
    no_more_arguments "$@"
    require_dotnet
    # Whoever names databases means those: CI, production.
    if ! compgen -e ConnectionStrings__ >/dev/null; then take_databases_of_running_shop; fi
    build_audit
    exec dotnet "$AUDIT_DLL" "${settled[@]}"
}

build_audit() {
    [ ! -f "$AUDIT_DLL" ] || [ -n "$(find "$SHOP_ROOT/Shop.Audit" "$SHOP_ROOT"/Directory.* -newer "$AUDIT_DLL" \
        \( -name '*.cs' -o -name '*.sql' -o -name '*.csproj' -o -name 'Directory.*' \) ! -path '*/obj/*' -print -quit)" ] || return 0
    build Shop.Audit/Shop.Audit.csproj || fail "the build failed: see above" 2
}

# The services of this copy have the addresses of their databases in their environment, wherever the servers run.
take_databases_of_running_shop() {
    local found
    found=$(connection_strings_of Shop.Catalog; connection_strings_of Shop.Orders; connection_strings_of Shop.Payments)
    found=$(printf '%s\n' "$found" | sort -u)
    [ -n "$found" ] || fail "no shop of this copy runs: ./shop run, or name its databases as ConnectionStrings__catalogdb and so on" 2
    [ -z "$(printf '%s\n' "$found" | cut -d= -f1 | uniq -d)" ] ||
        fail "more than one shop of this copy runs: name the databases of one as ConnectionStrings__catalogdb and so on" 2
    local line
    while IFS= read -r line; do export "${line?}"; done <<<"$found"
}

# connection_strings_of PROJECT: NAME=VALUE, one per line.
connection_strings_of() {
    local process
    for process in /proc/[0-9]*; do
        tr '\0' '\n' 2>/dev/null <"$process/cmdline" | grep -qF "$SHOP_ROOT/$1/bin/" || continue
        tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -E '^ConnectionStrings__(catalogdb|ordersdb[0-9]+|paymentsdb)=.' || true
    done
}
