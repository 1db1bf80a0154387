# shellcheck shell=bash
# ./shop test: builds everything, runs the tests, ends with one line of counts. Sourced by ./shop.

readonly TEST_PROJECTS=(standins/Shop.StandIns.Tests Shop.Tests)
readonly TEST_TIMEOUT=20m

test_shop() {
    local filter=() results passed=0 failed=0 project
    if [ $# -gt 0 ]; then
        filter=(--filter "FullyQualifiedName~$1")
        shift
    fi
    no_more_arguments "$@"
    install_for_tests
    # The same servers on every machine: one with Docker would pull three images while a test waits for its start.
    export SHOP_SERVERS=${SHOP_SERVERS:-local} SHOP_CHROMIUM=${SHOP_CHROMIUM:-$(browser)}
    say "Building with warnings as errors"
    build Shop.sln || { printf '0 passed, 1 failed\n'; exit 1; }
    results=$(mktemp -d -t shop.XXXXXX)
    for project in "${TEST_PROJECTS[@]}"; do
        [ -d "$SHOP_ROOT/$project" ] || continue
        say "Testing $project"
        test_project "$project" "$results/$(basename "$project").trx" "${filter[@]}"
    done
    rm -rf "$results"
    [ $((passed + failed)) -gt 0 ] || { printf 'shop: no test ran\n' >&2; failed=1; }
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

# test_project PROJECT TRX [FILTER]: adds to passed and failed. A runner that ends badly without a failed test is a failure.
test_project() {
    local project=$1 trx=$2 status=0 bad
    shift 2
    timeout "$TEST_TIMEOUT" dotnet test "$SHOP_ROOT/$project" --no-build --configuration "$CONFIGURATION" --nologo \
        --logger "trx;LogFileName=$trx" --logger "console;verbosity=minimal" -tl:off "$@" </dev/null || status=$?
    passed=$((passed + $(count_of passed "$trx")))
    bad=$(count_of failed "$trx")
    tell_skipped "$trx"
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        printf 'shop: the test runner of %s ended with code %d\n' "$project" "$status" >&2
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
