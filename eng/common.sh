# shellcheck shell=bash
# What every part of the launcher uses. Sourced by ./shop.

readonly CONFIGURATION=Release
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 ASPIRE_CLI_TELEMETRY_OPTOUT=1

say() { printf '==> %s\n' "$*"; }

# fail MESSAGE [EXIT CODE]: one clear line, then the end.
fail() {
    printf 'shop: %s\n' "$1" >&2
    exit "${2:-1}"
}

no_more_arguments() {
    [ $# -eq 0 ] || fail "unknown argument '$1'; ./shop lists the commands" 2
}

has() { command -v "$1" >/dev/null 2>&1; }

# Runs a noisy command with its output in a file; shows the end of it if the command fails.
quietly() {
    local log status=0
    log=$(mktemp -t shop.XXXXXX)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || tail -n 25 "$log" >&2
    rm -f "$log"
    return "$status"
}

require_dotnet() {
    has dotnet || fail "the .NET 10 SDK is missing: install it (https://dot.net/download), then run this again"
    local said installed
    said=$(cd "$SHOP_ROOT" && dotnet --version 2>&1 >/dev/null) && return
    if installed=$(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ') && [[ " $installed" != *' 10.'* ]]; then
        fail "no .NET 10 SDK among the installed ones ($installed): install it (https://dot.net/download)"
    fi
    # The SDK is there: the reason, such as a missing libicu, is the line above the stack.
    fail "dotnet does not start here: $(printf '%s\n' "$said" | sed '/^ *at /d; /^ *$/d' | tail -n 1)"
}
