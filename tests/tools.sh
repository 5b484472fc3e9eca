#!/bin/sh
# Installs the programs of other projects that the tests use as oracles and the image scripts use to build real bases.
# Debian and Ubuntu package names; the machine's own apt configuration says where they come from. Safe to run again: a
# package that is already there is left alone. Without root or apt it says so and succeeds: tests that miss a program
# skip themselves and name it.
set -eu

packages="
    attr
    btrfs-progs
    busybox-static
    bzip2
    cpio
    cryptsetup-bin
    debian-archive-keyring
    dosfstools
    dropbear-bin
    e2fsprogs
    ent
    erofs-utils
    exfatprogs
    extlinux
    f2fs-tools
    fdisk
    gdisk
    genisoimage
    gnupg
    grub-efi-amd64-bin
    grub-pc-bin
    grub2-common
    insserv
    iproute2
    iptables
    iputils-ping
    kmod
    libnss3-tools
    lvm2
    lz4
    mmdebstrap
    mtools
    nftables
    ntfs-3g
    openssh-client
    openssl
    ovmf
    qemu-system-x86
    qemu-utils
    rng-tools-debian
    seabios
    selinux-utils
    shellcheck
    sp800-90b-entropy-assessment
    squashfs-tools
    strace
    syslinux
    syslinux-common
    time
    wireguard-tools
    xfsprogs
    xz-utils
    zstd
"

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

is_available() {
    apt-cache show --no-all-versions "$1" >/dev/null 2>&1
}

missing_packages() {
    for package in $packages; do
        is_installed "$package" || printf '%s ' "$package"
    done
}

leave() {
    echo "tests/tools.sh: $1; tests that need them are skipped: $2" >&2
    exit 0
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    leave "no apt on this machine, nothing installed" "$(echo "$packages" | xargs)"
fi

missing=$(missing_packages)
if [ -z "$missing" ]; then
    echo "tests/tools.sh: all outside tools are installed"
    exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
    leave "not root, nothing installed" "$missing"
fi

# A stale package list is worse than none: it names files that the mirror no longer has.
apt-get update -qq || leave "apt-get update failed, nothing installed" "$missing"

# One at a time would be slow, all at once would let one unknown name stop the rest: ask for those apt knows.
known=""
for package in $missing; do
    if is_available "$package"; then
        known="$known $package"
    fi
done
# shellcheck disable=SC2086 # a list of package names
if [ -n "$known" ]; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $known \
        || leave "apt-get install failed" "$(missing_packages)"
fi

still_missing=$(missing_packages)
[ -z "$still_missing" ] || leave "this release has no such package" "$still_missing"
