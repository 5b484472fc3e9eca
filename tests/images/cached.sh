#!/bin/bash
# Prints the path of a built image, building it first when there is none: cached.sh SUITE LAYOUT
#
# Images are kept outside the repository, in $IMAGEPREP_IMAGE_CACHE or ~/.cache/imageprep/images. The name holds a hash of
# everything the image is made from, so a changed script makes a new image, and an old name never means a new content.
# Exit status: as make-debian.sh has it (77: this machine cannot build it).
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: cached.sh SUITE LAYOUT" >&2; exit 2; }
suite=$1
layout=$2
here=$(dirname "$(realpath "$0")")
cache=${IMAGEPREP_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/imageprep/images}

recipe=$(cd "$here" && find make-debian.sh rootfs -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-12)
image=$cache/$suite-$layout-$recipe.qcow2

mkdir -p "$cache"
if [ ! -e "$image" ]; then
    # One builder at a time; who waited finds the image made. The lock goes with the last process of the build, however it ends.
    exec 9>"$cache/$suite-$layout.lock"
    flock 9
    if [ ! -e "$image" ]; then
        "$here/make-debian.sh" "$suite" "$layout" "$image" >&2
    fi
fi
echo "$image"
