#!/bin/bash
# Prints the path of a built image, building it first when there is none:
#
#   cached.sh SUITE LAYOUT [VARIANT]    of make-debian.sh, qcow2
#   cached.sh boot KIND                 of make-boot.sh, raw
#
# Images are kept outside the repository, in $IMAGEPREP_IMAGE_CACHE or ~/.cache/imageprep/images. The name holds a hash of
# everything the image is made from, so a changed script makes a new image, and an old name never means a new content.
# Exit status: as the builders have it (77: this machine cannot build it).
set -euo pipefail

[ $# -eq 2 ] || [ $# -eq 3 ] || { echo "usage: cached.sh SUITE LAYOUT [VARIANT] | cached.sh boot KIND" >&2; exit 2; }
here=$(dirname "$(realpath "$0")")
cache=${IMAGEPREP_IMAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/imageprep/images}
case $1 in
    boot)
        builder=make-boot.sh arguments=("$2") sources=(make-boot.sh)
        name=$1-$2 ending=raw
        ;;
    *)
        variant=${3:-plain}
        builder=make-debian.sh arguments=("$1" "$2" "$variant") sources=(make-debian.sh rootfs)
        for part in ${variant//+/ }; do
            if [ -d "$here/variants/$part" ]; then sources+=("variants/$part"); fi
        done
        name=$1-$2-$variant ending=qcow2
        ;;
esac

recipe=$(cd "$here" && find "${sources[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-12)
image=$cache/$name-$recipe.$ending

mkdir -p "$cache"
if [ ! -e "$image" ]; then
    # One builder at a time; who waited finds the image made. The lock goes with the last process of the build, however it ends.
    exec 9>"$cache/$name.lock"
    flock 9
    if [ ! -e "$image" ]; then
        "$here/$builder" "${arguments[@]}" "$image" >&2
    fi
fi
echo "$image"
