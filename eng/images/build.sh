#!/usr/bin/env bash
# Builds the container images of the graph out of this system's own Debian or Ubuntu packages, for machines whose container
# engine reaches no registry. They keep to the conventions of the official images and carry their names, but the servers are
# those of the distribution. An image that is there already is left alone.
set -euo pipefail

SHOP_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly SHOP_ROOT
readonly BASE=shop-base
# shellcheck source=eng/common.sh
source "$SHOP_ROOT/eng/common.sh"
# shellcheck source=eng/install.sh
source "$SHOP_ROOT/eng/install.sh"
# shellcheck source=eng/build.sh
source "$SHOP_ROOT/eng/build.sh"

main() {
    local image missing=()
    engine=$(container_engine) || fail "no container engine answers: start docker or podman first"
    require_dotnet
    build_apphost
    for image in $(images); do
        is_there "$image" || missing+=("$image")
    done
    [ ${#missing[@]} -gt 0 ] || { say "All images are there."; return; }
    is_there "$BASE" || make_base
    for image in "${missing[@]}"; do make_image "$image"; done
}

is_there() { "$engine" image inspect "$1" >/dev/null 2>&1; }

# The smallest system that apt can install into, from the mirror that apt uses here.
make_base() {
    local folder components=main mirror suite
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    [ "$(. /etc/os-release && echo "$ID")" != ubuntu ] || components=main,universe
    # shellcheck disable=SC2016 # a format of apt-get
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" 'Component: main' | head -n 1)
    has debootstrap || install_packages debootstrap
    folder=$(mktemp -d -t shop.XXXXXX)
    say "Making $BASE: $suite from $mirror"
    quietly as_root debootstrap --variant=minbase --components="$components" "$suite" "$folder" "$mirror" ||
        fail "debootstrap failed: see above"
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$folder/usr/sbin/policy-rc.d && chmod 755 $folder/usr/sbin/policy-rc.d"
    as_root tar -C "$folder" --one-file-system -c . | "$engine" import - "$BASE" >/dev/null
    as_root rm -rf "$folder"
}

# make_image REFERENCE: the folder has the name of the image.
make_image() {
    local name=${1##*/}
    say "Building $1"
    # Packages come through the machine's own network: the engine's need not lead anywhere.
    quietly "$engine" build --network host --tag "$1" "$SHOP_ROOT/eng/images/${name%%:*}" || fail "the image $1 was not built: see above"
}

main "$@"
