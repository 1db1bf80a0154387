# shellcheck shell=bash
# ./shop test: builds everything, runs the tests, ends with one line of counts. Sourced by ./shop.

readonly TEST_TIMEOUT=20m

test_shop() {
    local name=${1:-} results passed=0 failed=0 trx
    [ $# -eq 0 ] || shift
    no_more_arguments "$@"
    install_for_tests
    # The same servers on every machine: one with Docker would pull three images while a test waits for its start.
    export SHOP_SERVERS=${SHOP_SERVERS:-local} SHOP_CHROMIUM=${SHOP_CHROMIUM:-$(browser)}
    # Hundreds of services live for seconds: too short for what the compiler learns of them to pay for the learning.
    export DOTNET_TieredPGO=0
    say "Building with warnings as errors"
    build Shop.sln || { printf '0 passed, 1 failed\n'; exit 1; }
    results=$(mktemp -d -t shop.XXXXXX)
    trap 'end_groups; exit 130' INT TERM
    test_groups "$name" "$results"
    trap - INT TERM
    for trx in "$results"/*.trx.status; do
        count_results "${trx%.status}"
    done
    rm -rf "$results"
    [ $((passed + failed)) -gt 0 ] || { printf 'shop: no test ran\n' >&2; failed=1; }
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

# test_groups NAME RESULTS: three lines of groups beside each other, since each often waits while another needs the
# processor. Then what goes by time on a machine that does nothing else.
test_groups() {
    local tests=FullyQualifiedName~Shop.Tests others
    others="FullyQualifiedName!~Shop.Tests.Service.Catalog&FullyQualifiedName!~Shop.Tests.Scenarios"
    others+="&FullyQualifiedName!~Shop.Tests.Distributed&FullyQualifiedName!~Shop.Tests.Browser"
    say "Testing"
    {
        test_group "$@" catalog Shop.Tests "$tests.Service.Catalog"
        test_group "$@" stand-ins standins/Shop.StandIns.Tests 'FullyQualifiedName~.'
    } &
    {
        test_group "$@" services Shop.Tests "$others"
        test_group "$@" scenarios Shop.Tests "$tests.Scenarios&Category!=Alone"
    } &
    test_group "$@" graphs Shop.Tests "($tests.Distributed|$tests.Browser)&Category!=Alone" &
    wait
    test_group "$@" alone Shop.Tests 'Category=Alone' &
    wait
}

# test_group NAME RESULTS GROUP PROJECT FILTER: runs the tests of a group whose names contain NAME; leaves GROUP.trx.
test_group() {
    local name=$1 trx=$2/$3.trx group=$3 project=$4 filter=$5 status=0
    timeout "$TEST_TIMEOUT" dotnet test "$SHOP_ROOT/$project" --no-build --configuration "$CONFIGURATION" --nologo \
        --filter "$filter${name:+&FullyQualifiedName~$name}" --logger "trx;LogFileName=$trx" --logger "console;verbosity=minimal" \
        -tl:off </dev/null 2>&1 | sed -u "s/^/[$group] /" || status=$?
    printf '%d' "$status" >"$trx.status"
}

# Ends the groups that run. A runner is in a process group of its own, which `timeout` leads and ends.
end_groups() {
    local group
    for group in $(jobs -p); do
        # shellcheck disable=SC2046 # several process ids
        kill "$group" $(cat "/proc/$group/task/$group/children") 2>/dev/null || true
    done
    wait
}

# count_results TRX: adds to passed and failed. A runner that ends badly without a failed test is a failure.
count_results() {
    local trx=$1 status bad
    status=$(cat "$trx.status")
    bad=$(count_of failed "$trx")
    passed=$((passed + $(count_of passed "$trx")))
    tell_skipped "$trx"
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        printf 'shop: the test runner of %s ended with code %d\n' "$(basename "$trx" .trx)" "$status" >&2
        bad=1
    fi
    failed=$((failed + bad))
}

# tell_skipped TRX: what this machine could not test, and why.
tell_skipped() {
    [ ! -f "$1" ] || awk '
        /outcome="NotExecuted"/ { match($0, /testName="[^"]*"/); name = substr($0, RSTART + 10, RLENGTH - 11) }
        name != "" && /<Message>/ { gsub(/^ *<Message>|<\/Message>.*$/, ""); print "==> Skipped " name ": " $0; name = "" }' "$1"
}

# count_of NAME TRX: one of the numbers in the counters of a result file; 0 without a file.
count_of() {
    local number=''
    [ ! -f "$2" ] || number=$(sed -n "/<Counters /{s/.*\\b$1=\"\\([0-9]*\\)\".*/\\1/p;q}" "$2")
    printf '%d' "${number:-0}"
}
