# shellcheck shell=bash
# ./shop load: builds the programs, pins the load tool to its cores, runs it. Sourced by ./shop.

readonly BENCH_DLL="$SHOP_ROOT/bench/Shop.Bench/bin/$CONFIGURATION/net10.0/Shop.Bench.dll"

load_shop() {
    require_dotnet
    case ${1:-help} in
        help | -h | --help) ;;
        *) install_servers_for_load ;;
    esac
    say "Building"
    build bench/Shop.Bench/Shop.Bench.csproj || fail "the build failed: see above"
    local cpus allowed
    allowed=$(awk '/^Cpus_allowed_list:/ { print $2 }' /proc/self/status)
    cpus=$(loader_cpus "${allowed##*[,-]}" "$@")
    taskset -c "$cpus" true 2>/dev/null || fail "--loader-cpus $cpus: there are no such cores here" 2
    export SHOP_ALLOWED_CPUS=$allowed SHOP_LOADER_CPUS=$cpus SHOP_LOAD_COMMAND="./shop load"
    # Callers go on where their answer is read, without a change of thread: the loader needs a third less of its core.
    export DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1
    exec taskset -c "$cpus" dotnet "$BENCH_DLL" "${@:-help}"
}

install_servers_for_load() {
    has taskset || fail "taskset is missing: install util-linux"
    local packages=()
    mapfile -t packages < <(missing_servers)
    install_packages "${packages[@]}"
}

# loader_cpus LAST OPTIONS: the value of --loader-cpus, by default the last core; the rest is the load tool's business.
loader_cpus() {
    local last=$1
    shift
    while [ $# -gt 0 ]; do
        [ "$1" != --loader-cpus ] || { printf '%s\n' "${2:-}" && return; }
        shift
    done
    printf '%s\n' "$last"
}
