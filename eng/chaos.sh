# shellcheck shell=bash
# ./shop chaos: the scenarios with outages at their full length, with their figures. Sourced by ./shop.

chaos_shop() {
    local which=${1:-all} filter figures passed=0 failed=0
    [ $# -eq 0 ] || shift
    no_more_arguments "$@"
    case $which in
        all) filter='Chaos~T' ;;
        T[0-9] | T[0-9][0-9]) filter="Chaos=$which" ;;
        *) fail "chaos $which: the number of a scenario is wanted, such as T10, or all" 2 ;;
    esac
    require_dotnet
    install_servers_for_chaos
    say "Building"
    build Shop.Tests/Shop.Tests.csproj || { printf '0 passed, 1 failed\n'; exit 1; }
    figures=$(mktemp -d -t shop.XXXXXX)
    export SHOP_CHAOS="$figures/figures"
    say "Running $which (an outage takes its time: about seven minutes in all)"
    trap 'end_groups; exit 130' INT TERM
    test_group "" "$figures" chaos Shop.Tests "$filter" &
    wait
    trap - INT TERM
    count_results "$figures/chaos.trx"
    [ ! -f "$SHOP_CHAOS" ] || { say "Figures ($(nproc) cores, load average $(cut -d' ' -f1-3 /proc/loadavg))"; cat "$SHOP_CHAOS"; }
    rm -rf "$figures"
    [ $((passed + failed)) -gt 0 ] || { printf 'shop: there is no scenario %s\n' "$which" >&2; failed=1; }
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

install_servers_for_chaos() {
    local packages=()
    mapfile -t packages < <(missing_servers)
    install_packages "${packages[@]}"
}
