# shellcheck shell=bash
# Installs what is missing, and only that. Sourced by ./shop.

readonly ASPIRE_VERSION=13.5.4
readonly POLICY=/usr/sbin/policy-rc.d
readonly KEPT_POLICY=/usr/sbin/policy-rc.d.before-shop
export ASPIRE_HOME=${ASPIRE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/shop/aspire}

install_for_run() {
    require_dotnet
    local servers=() tools=()
    mapfile -t servers < <(missing_servers)
    mapfile -t tools < <(missing_tools)
    if [ ${#servers[@]} -gt 0 ] && runs_containers; then servers=(); fi
    install_packages "${servers[@]}" "${tools[@]}"
    install_aspire
}

# Whether the AppHost will run the servers as containers: the same rule as there, asked only when a server is missing here.
runs_containers() {
    local engine image list
    [ "${SHOP_SERVERS:-}" != local ] || return 1
    [ "${SHOP_SERVERS:-}" != containers ] || return 0
    engine=$(container_engine) || return 1
    build_apphost
    list=$(images) && [ -n "$list" ] || return 1
    for image in $list; do
        "$engine" image inspect "$image" >/dev/null 2>&1 && continue
        say "Pulling $image"
        "$engine" pull --quiet "$image" >/dev/null 2>&1 || return 1
    done
}

container_engine() {
    local engine
    for engine in docker podman; do
        if has "$engine" && timeout 10 "$engine" info >/dev/null 2>&1; then echo "$engine" && return; fi
    done
    return 1
}

install_for_tests() {
    require_dotnet
    local packages=()
    mapfile -t packages < <(missing_servers && missing_tools && missing_browser)
    install_packages "${packages[@]}"
    require_browser
    install_aspire
}

# Names of packages, one per line; "postgresql" stands for the newest version that Shop supports.
missing_servers() {
    compgen -G '/usr/lib/postgresql/1[5-8]/bin/postgres' >/dev/null || echo postgresql
    has redis-server || echo redis-server
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
}

missing_tools() { has_aspire || has npm || echo npm; }

missing_browser() {
    [ -n "${SHOP_CHROMIUM:-}" ] || browser >/dev/null || echo chromium
    compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || echo fonts-noto-cjk
}

# Path of the browser that the tests drive. Ubuntu's chromium-browser only passes on to a snap, which containers do not run.
browser() {
    local candidate
    for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
        candidate=$(command -v "$candidate") || continue
        if timeout 20 "$candidate" --version >/dev/null 2>&1 </dev/null; then echo "$candidate" && return; fi
    done
    return 1
}

require_browser() {
    [ -n "${SHOP_CHROMIUM:-}" ] || browser >/dev/null ||
        fail "no browser starts here: install Chromium or Chrome, and set SHOP_CHROMIUM to the path of its program"
}

# authorize PACKAGE...: asks for the password of sudo while there is a terminal to ask on; the commands themselves have none.
authorize() {
    has sudo || fail "root must install $*: there is no sudo here, so run ./shop setup as root, then run this again"
    sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; } ||
        fail "root must install $*: sudo refuses or wants a password, so run ./shop setup in a terminal or as root, then run this again"
}

as_root() {
    if [ "$EUID" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    [ $# -gt 0 ] || return 0
    has apt-get || fail "missing: $*; install them with this system's package manager (only Debian and Ubuntu are automatic)"
    [ "$EUID" -eq 0 ] || authorize "$@"
    say "Reading the package lists, to install: $*"
    quietly apt update || fail "apt-get update failed: see above"
    local wanted=() name
    for name in "$@"; do
        name=$(package_for "$name")
        wanted+=("$name")
    done
    say "Installing ${wanted[*]} (a minute or two)"
    keep_services_down
    trap allow_services EXIT
    quietly apt install --no-install-recommends "${wanted[@]}" ||
        fail "apt-get install ${wanted[*]} failed: see above"
    allow_services
    trap - EXIT
    leave_services_off "$@"
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
        apt-get -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@"
}

package_for() {
    local version
    case $1 in
        postgresql)
            for version in 18 17 16 15; do
                is_offered "postgresql-$version" && echo "postgresql-$version" && return
            done
            fail "this distribution offers no PostgreSQL from 15 to 18: install one, or use containers (SHOP_SERVERS=containers)"
            ;;
        chromium) if is_offered chromium; then echo chromium; else echo chromium-browser; fi ;;
        *) echo "$1" ;;
    esac
}

is_offered() { [[ $(LC_ALL=C apt-cache policy "$1" 2>/dev/null) == *'Candidate: '[0-9]* ]]; }

# Debian starts a server as soon as it is installed. A policy-rc.d that answers 101 forbids it; the machine's own one is
# put back afterwards, and after a killed run by the next one.
keep_services_down() {
    if [ -x "$POLICY" ] && [ ! -e "$KEPT_POLICY" ]; then
        local answer=0
        "$POLICY" redis-server start >/dev/null 2>&1 || answer=$?
        [ "$answer" -ne 101 ] || return 0
        as_root mv "$POLICY" "$KEPT_POLICY"
    fi
    as_root sh -c "printf '#!/bin/sh\n# put here by Shop while it installs\nexit 101\n' >$POLICY && chmod 755 $POLICY"
}

allow_services() {
    if [ -e "$KEPT_POLICY" ]; then
        as_root mv "$KEPT_POLICY" "$POLICY"
    elif grep -qs 'put here by Shop' "$POLICY"; then
        as_root rm -f "$POLICY"
    fi
}

# The services of packages that were installed just now must not come up at the next boot either: Shop starts its own.
leave_services_off() {
    has systemctl || return 0
    local unit
    for unit in "$@"; do
        case $unit in
            postgresql | redis-server) as_root systemctl --quiet disable "$unit" >/dev/null 2>&1 || true ;;
            rabbitmq-server) as_root systemctl --quiet disable "$unit" epmd.socket >/dev/null 2>&1 || true ;;
        esac
    done
}

# DCP and the dashboard: an npm package (npm checks its integrity), unpacked once into a folder outside the tree.
install_aspire() {
    has_aspire && return 0
    mkdir -p "$ASPIRE_HOME"
    exec 8>"$ASPIRE_HOME.lock"
    flock -n 8 || { say "Waiting for another copy that installs the Aspire tools"; flock 8; }
    has_aspire || fetch_aspire
    exec 8>&-
}

# DCP and the dashboard of one version, both: a setup that was interrupted leaves less.
has_aspire() {
    local version
    for version in "$ASPIRE_HOME/versions/$ASPIRE_VERSION"*; do
        [ -x "$version/dcp/dcp" ] && [ -x "$version/managed/aspire-managed" ] && return
    done
    return 1
}

fetch_aspire() {
    local machine download package
    case $(uname -m) in
        x86_64) machine=x64 ;;
        aarch64) machine=arm64 ;;
        *) fail "there are no Aspire tools for $(uname -m): x86_64 and aarch64 only" ;;
    esac
    package="@microsoft/aspire-cli-linux-$machine@$ASPIRE_VERSION"
    say "Fetching $package (130 MB) into $ASPIRE_HOME"
    download=$(mktemp -d -t shop.XXXXXX)
    quietly npm pack "$package" --pack-destination "$download" ||
        fail "npm pack $package failed: see above; is the npm registry reachable?"
    tar -xzf "$download"/*.tgz -C "$download"
    mkdir -p "$ASPIRE_HOME/bin"
    install -m 755 "$download/package/bin/aspire" "$ASPIRE_HOME/bin/aspire"
    rm -rf "$download"
    quietly "$ASPIRE_HOME/bin/aspire" setup || fail "$ASPIRE_HOME/bin/aspire setup failed: see above"
    has_aspire || fail "aspire setup left no DCP under $ASPIRE_HOME/versions; remove $ASPIRE_HOME and try again"
}
