#!/bin/bash
# Builds a small disk image that boots, with a boot loader installed by its own tools on partitions as old tools left them:
# none of them aligned. What boots is a kernel of Debian with an initrd that mounts the root, prints one line and powers off.
#
#   make-boot.sh KIND OUT
#
#   KIND  bios-boot   GRUB in a GPT's BIOS boot partition at sector 34
#         blocklist   GRUB in the boot sector of the root partition, its core.img in a file; the MBR is SYSLINUX's
#         logical     GRUB behind the MBR, root in a logical partition
#         extlinux    EXTLINUX on an ext4 root
#         syslinux    SYSLINUX on FAT32, root beside it
#         efi         GRUB for UEFI in an EFI system partition at sector 34
#   OUT   the image, raw
#
# Needs root (loop devices, mounts) and the packages of ../tools.sh. The line that a boot prints begins with "BOOTED".
# Exit status: 0 built, 77 this machine cannot build it (the reason is the last line printed), anything else an error.
set -euo pipefail
umask 022

readonly cannot_build=77
readonly sector=512
readonly root_uuid=0f6dd1b4-3b4e-4d0b-8f9c-6a3d2b8f7a11

stop() { # stop STATUS MESSAGE
    echo "make-boot.sh: $2" >&2
    exit "$1"
}

[ $# -eq 2 ] || stop 2 "usage: make-boot.sh KIND OUT"
kind=$1
case $kind in bios-boot | blocklist | logical | extlinux | syslinux | efi) ;; *) stop 2 "unknown kind '$kind'" ;; esac
out=$(realpath -m "$2")

[ "$(id -u)" -eq 0 ] || stop $cannot_build "needs root, for loop devices and mounts"
for tool in sfdisk mke2fs mkfs.fat mcopy losetup unshare cpio partx depmod dpkg-deb apt-get busybox grub-install extlinux syslinux; do
    command -v $tool >/dev/null || stop $cannot_build "$tool is not installed (tests/tools.sh installs it)"
done

# As in make-debian.sh: the kernel takes mounts down with the last process, whatever happens.
if [ -z "${MAKE_BOOT_NAMESPACE:-}" ]; then
    unshare --mount true 2>/dev/null || stop $cannot_build "may not make a mount namespace here"
    MAKE_BOOT_NAMESPACE=1 exec unshare --mount --propagation private -- "$0" "$@"
fi

work=$(mktemp -d --tmpdir make-boot.XXXXXXXX)
readonly disk=$work/disk.raw mounted=$work/mounted root=$work/root
loop=
release_loop() {
    partx --delete "$loop" 2>/dev/null || true
    losetup -d "$loop"
    loop=
}
clean_up() {
    if mountpoint -q "$mounted"; then umount -R "$mounted"; fi
    if [ -n "$loop" ]; then release_loop; fi
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$mounted" "$root"

# --- what boots --------------------------------------------------------------------------------------------------------

make_kernel_and_initrd() {
    local package version modules=$work/initrd/lib/modules
    package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
    [ -n "$package" ] || stop $cannot_build "apt knows no linux-image-cloud-amd64 (apt-get update?)"
    (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$package") || stop $cannot_build "cannot download $package"
    dpkg-deb -x "$work/$package"_*.deb "$work/kernel"
    version=$(basename "$work"/kernel/boot/vmlinuz-* | sed 's/^vmlinuz-//')
    mkdir -p "$root/boot" "$work"/initrd/{bin,dev,proc,sys,mnt} "$modules"
    cp "$work/kernel/boot/vmlinuz-$version" "$root/boot/vmlinuz"

    depmod -b "$work/kernel" "$version"
    local module file
    for module in virtio_pci virtio_blk ext4 crc32c_generic; do
        for file in $(modprobe -d "$work/kernel" -S "$version" --show-depends "$module" | sed -n 's/^insmod //p'); do
            mkdir -p "$(dirname "$modules/${file#*/lib/modules/}")"
            cp "$file" "$modules/${file#*/lib/modules/}"
        done
    done
    cp "$work/kernel/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$modules/$version"
    depmod -b "$work/initrd" "$version"
    cp "$(command -v busybox)" "$work/initrd/bin/busybox"
    cat >"$work/initrd/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in virtio_pci virtio_blk ext4 crc32c_generic; do modprobe $module; done
sleep 1
for device in /dev/vda?*; do
    mount -t ext4 -o ro "$device" /mnt 2>/dev/null || continue
    [ -e /mnt/marker ] && break
    umount /mnt
done
echo "BOOTED device=$device start=$(cat /sys/class/block/${device#/dev/}/start) root=$(cat /mnt/marker)" >/dev/ttyS0
sleep 1
poweroff -f
INIT
    chmod 755 "$work/initrd/init"
    (cd "$work/initrd" && find . | cpio -o -H newc --quiet | gzip -1) >"$root/boot/initrd"
}

# A root file system with what a move must not lose.
make_root() {
    mkdir -p "$root"/{etc,sbin,bin,data,tmp}
    printf 'ID=tiny\nVERSION_ID="1"\nPRETTY_NAME="A tiny guest"\n' >"$root/etc/os-release"
    printf 'UUID=%s / ext4 defaults 0 1\n/dev/vda1 /data auto noauto 0 0\n' $root_uuid >"$root/etc/fstab"
    cp "$(command -v busybox)" "$root/bin/busybox"
    ln -s ../bin/busybox "$root/sbin/init"
    echo "of-$kind" >"$root/marker"
    head -c 3000000 /dev/urandom >"$root/data/random"
    ln "$root/data/random" "$root/data/random-too"
    dd if=/dev/urandom of="$root/data/sparse" bs=1k seek=700 count=3 status=none
    install -m 4750 -o 7 -g 8 /dev/null "$root/data/setuid"
    chmod 1777 "$root/tmp"
    setfattr -n user.note -v kept "$root/data/sparse"
}

# --- disk --------------------------------------------------------------------------------------------------------------

partition() { # sfdisk's script on standard input; then partition N is ${loop}pN
    truncate -s 320M "$disk"
    sfdisk -q "$disk"
    loop=$(losetup --find --show "$disk") || stop $cannot_build "may not use loop devices here"
    # Not losetup --partscan: partx reads the table itself, where a kernel was built without that.
    partx --add "$loop"
    [ -e "${loop}p1" ] || stop $cannot_build "the kernel makes no device nodes for partitions of loop devices here"
}

fill_root() { # fill_root NUMBER [MKE2FS-OPTION…]
    local number=$1
    shift
    mke2fs -q -F -t ext4 -U $root_uuid "$@" "${loop}p$number"
    mount "${loop}p$number" "$mounted"
    cp -a "$root/." "$mounted"
}

# mbr.bin starts the active partition's boot sector, as every plain MBR does.
plain_mbr() { dd if=/usr/lib/syslinux/mbr/mbr.bin of="$loop" bs=440 count=1 conv=notrunc status=none; }

readonly arguments="root=UUID=$root_uuid console=ttyS0,115200 panic=-1 no_timer_check quiet"

grub_menu() { # grub_menu FOLDER
    cat >"$1/grub.cfg" <<MENU
serial --unit=0 --speed=115200
terminal_output serial console
search --no-floppy --fs-uuid --set=root $root_uuid
linux /boot/vmlinuz $arguments
initrd /boot/initrd
boot
MENU
}

install_grub() { # install_grub DEVICE [OPTION…]
    local device=$1
    shift
    grub-install --target=i386-pc --no-floppy --boot-directory="$mounted/boot" --modules='part_gpt part_msdos ext2' "$@" "$device" 2>"$work/grub.log" \
        || stop 1 "grub-install: $(cat "$work/grub.log")"
    grub_menu "$mounted/boot/grub"
}

syslinux_menu() { printf 'SERIAL 0 115200\nDEFAULT linux\nLABEL linux\nKERNEL %s\nAPPEND initrd=%s %s\n' "$1/vmlinuz" "$1/initrd" "$arguments"; }

# mtools says of every block device that it has no geometry.
to_fat() { # to_fat MTOOL ARGUMENT…
    local tool=$1
    shift
    "$tool" -i "${loop}p1" "$@" 2>"$work/mtools.log" || stop 1 "$tool: $(cat "$work/mtools.log")"
}

# --- kinds -------------------------------------------------------------------------------------------------------------

build_bios_boot() {
    partition <<<'label: gpt
first-lba: 34
start=34, size=1900, type=21686148-6449-6E6F-744E-656564454649
start=1999, size=600001, type=L'
    fill_root 2
    install_grub "$loop"
}

build_blocklist() {
    partition <<<'label: dos
start=63, size=600001, type=83, bootable'
    fill_root 1
    install_grub "${loop}p1" --force
    plain_mbr
}

build_logical() {
    partition <<<'label: dos
start=63, size=20000, type=83
start=20100, size=620000, type=5
start=20163, size=10000, type=82
start=30227, size=600001, type=83'
    mke2fs -q -F -t ext2 "${loop}p1"
    mkswap -q "${loop}p5"
    fill_root 6
    install_grub "$loop"
}

build_extlinux() {
    partition <<<'label: dos
start=63, size=600001, type=83, bootable'
    fill_root 1 -O '^64bit'
    mkdir "$mounted/boot/extlinux"
    syslinux_menu /boot >"$mounted/boot/extlinux/extlinux.conf"
    extlinux --install "$mounted/boot/extlinux" 2>/dev/null
    plain_mbr
}

build_syslinux() {
    partition <<<'label: dos
start=63, size=300000, type=c, bootable
start=300063, size=300001, type=83'
    fill_root 2
    mkfs.fat -F 32 -h 63 "${loop}p1" >/dev/null
    syslinux --install "${loop}p1"
    syslinux_menu '' >"$work/syslinux.cfg"
    to_fat mcopy "$root/boot/vmlinuz" "$root/boot/initrd" "$work/syslinux.cfg" ::
    plain_mbr
}

build_efi() {
    partition <<<'label: gpt
first-lba: 34
start=34, size=100000, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
start=100037, size=500001, type=L'
    fill_root 2
    mkfs.fat -F 32 -h 34 "${loop}p1" >/dev/null
    grub_menu "$work"
    grub-mkimage -O x86_64-efi -p /boot/grub -c "$work/grub.cfg" -o "$work/BOOTX64.EFI" \
        part_gpt ext2 fat search search_fs_uuid configfile normal linux serial terminal boot
    to_fat mmd ::/EFI ::/EFI/BOOT
    to_fat mcopy "$work/BOOTX64.EFI" ::/EFI/BOOT/BOOTX64.EFI
}

make_kernel_and_initrd
make_root
"build_${kind//-/_}"
if mountpoint -q "$mounted"; then umount "$mounted"; fi
release_loop
cp --sparse=always "$disk" "$out"
echo "make-boot.sh: $out: $kind"
