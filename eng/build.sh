# shellcheck shell=bash
# Builds, and only when something changed. Sourced by ./shop.

readonly APPHOST_DLL="$SHOP_ROOT/Shop.AppHost/bin/$CONFIGURATION/net10.0/Shop.AppHost.dll"
readonly BUILD_STAMP="$SHOP_ROOT/Shop.AppHost/obj/shop-build.stamp"

# dotnet build without node reuse, and with a compiler server of this copy that is ended afterwards: no process stays.
build() {
    local server status=0
    server="shop-$(printf '%s' "$SHOP_ROOT" | sha256sum | cut -c1-16)"
    (cd "$SHOP_ROOT" && dotnet build "$@" --configuration "$CONFIGURATION" --nologo -nodeReuse:false \
        -warnaserror -p:SharedCompilationId="$server" -verbosity:minimal -tl:off) </dev/null |
        sed -un -e 's/^  \([^ ]*\) -> .*/    built \1/p' -e '/: \(error\|warning\) /p' || status=$?
    end_compiler "$server"
    return "$status"
}

end_compiler() {
    local compiler
    compiler=$(dirname "$(realpath "$(command -v dotnet)")")/sdk/$(cd "$SHOP_ROOT" && dotnet --version)/Roslyn/bincore/VBCSCompiler.dll
    [ ! -f "$compiler" ] || dotnet "$compiler" -shutdown "-pipename:$1" >/dev/null 2>&1 || true
}

build_apphost() {
    local now
    now=$(fingerprint)
    if is_built && [ "$now" = "$(cat "$BUILD_STAMP" 2>/dev/null)" ]; then return 0; fi
    say "Building (the first time takes a minute or two)"
    build Shop.AppHost/Shop.AppHost.csproj || fail "the build failed: see above"
    printf '%s\n' "$now" >"$BUILD_STAMP"
}

is_built() {
    local project name
    for project in "$SHOP_ROOT"/Shop.{AppHost,Catalog,Orders,Payments,Web}; do
        name=$(basename "$project")
        [ -f "$project/bin/$CONFIGURATION/net10.0/$name.dll" ] || return 1
    done
}

# Path, size and time of every file that a build reads.
fingerprint() {
    {
        printf '%s %s\n' "${FullFeed:-}" "$CONFIGURATION"
        find "$SHOP_ROOT" \( -name bin -o -name obj -o -name '.*' -o -name _framework -o -name artifacts -o -name docs -o -name eng -o -name Shop.Tests -o -name bench \
            -o -name TestResults -o -name node_modules \) ! -path "$SHOP_ROOT" -prune -o \
            -type f ! -name '*.md' ! -name '*.sh' ! -name shop -printf '%P %s %T@\n' | LC_ALL=C sort
    } | sha256sum | cut -d' ' -f1
}

# The container images of the graph, from its manifest.
images() {
    local folder status=0
    folder=$(mktemp -d -t shop.XXXXXX)
    quietly dotnet "$APPHOST_DLL" --publisher manifest --output-path "$folder/manifest.json" &&
        sed -n 's/.*"image": "\(.*\)".*/\1/p' "$folder/manifest.json" || status=$?
    rm -rf "$folder"
    return "$status"
}

publish_manifest() {
    local file=${1:-$SHOP_ROOT/artifacts/aspire-manifest.json}
    [ $# -eq 0 ] || shift
    no_more_arguments "$@"
    require_dotnet
    build_apphost
    dotnet "$APPHOST_DLL" --publisher manifest --output-path "$(realpath -m "$file")" || fail "the manifest was not written: see above"
    say "Wrote $file"
}
