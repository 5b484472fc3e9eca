#!/bin/bash
# Builds a bootable Debian disk image from packages, the way a real base image looks before anybody prepares it: SSH host
# keys, a snakeoil certificate, a machine-id and a random seed baked in.
#
#   make-debian.sh SUITE LAYOUT VARIANT OUT
#
#   SUITE    bullseye, bookworm or trixie
#   LAYOUT   legacy63  MBR as old fdisks made it: ext3 /boot at sector 63, ext4 root and swap on cylinder boundaries of
#                      255 heads x 63 sectors, GRUB in the 62 sectors behind the MBR
#            gpt       as Debian's cloud images: BIOS boot (14), ESP (15) and ext4 root (1), root last on the disk
#   VARIANT  plain, or one or more of these, joined by +
#            cloud-init  with cloud-init, its data on the disk (NoCloud): it needs no network
#            ssh-socket  ssh.socket listens instead of ssh.service
#            dropbear    the SSH server is Dropbear instead of OpenSSH
#            sysvinit    the init is Debian's sysvinit; there is no systemd
#   OUT      the image; raw when its name ends in .raw, else qcow2
#
# Needs root (chroot, loop mounts) and the packages of ../tools.sh. Packages come from the Debian mirror that this
# machine's apt is configured with. Root's password in the image is "imageprep".
#
# Exit status: 0 built, 77 this machine cannot build it (the reason is the last line printed), anything else an error.
set -euo pipefail
umask 022

readonly cannot_build=77
readonly sector=512
readonly disk_sectors=$((2 * 1024 * 1024 * 1024 / sector))

stop() { # stop STATUS MESSAGE
    echo "make-debian.sh: $2" >&2
    exit "$1"
}

[ $# -eq 4 ] || stop 2 "usage: make-debian.sh SUITE LAYOUT VARIANT OUT"
suite=$1
layout=$2
variant=$3
case $suite in bullseye | bookworm | trixie) ;; *) stop 2 "unknown suite '$suite': bullseye, bookworm or trixie" ;; esac
case $layout in legacy63 | gpt) ;; *) stop 2 "unknown layout '$layout': legacy63 or gpt" ;; esac
[ "$variant" = plain ] || for part in ${variant//+/ }; do
    case $part in
        cloud-init | ssh-socket | dropbear | sysvinit) ;;
        *) stop 2 "unknown variant '$part': plain, cloud-init, ssh-socket, dropbear or sysvinit" ;;
    esac
done
has() { [[ +$variant+ == *+$1+* ]]; }
here=$(dirname "$(realpath "$0")")
out=$(realpath -m "$4")

[ "$(id -u)" -eq 0 ] || stop $cannot_build "needs root, for chroot and loop mounts"
for tool in mmdebstrap sfdisk mkfs.fat mcopy e2fsck qemu-img apt-get unshare; do
    command -v $tool >/dev/null || stop $cannot_build "$tool is not installed (tests/tools.sh installs it)"
done

# Everything below runs in mount and host name namespaces of its own: whatever happens, kill -9 included, the kernel takes
# the mounts and loop devices down with the last process, and package scripts see the guest's host name.
if [ -z "${MAKE_DEBIAN_NAMESPACE:-}" ]; then
    unshare --mount --uts true 2>/dev/null || stop $cannot_build "may not make a mount namespace here"
    MAKE_DEBIAN_NAMESPACE=1 exec unshare --mount --uts --propagation private -- "$0" "$@"
fi
hostname "$(cat "$here/rootfs/etc/hostname")"

work=$(mktemp -d --tmpdir make-debian.XXXXXXXX)
readonly root=$work/root disk=$work/disk.raw mounted=$work/mounted
clean_up() {
    if mountpoint -q "$mounted"; then umount -R "$mounted"; fi
    if mountpoint -q "$root/proc"; then umount "$root/proc"; fi
    rm -rf --one-file-system "$work" "$out.new"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
mkdir -m 755 "$root" "$mounted" "$work/files"

# --- packages ----------------------------------------------------------------------------------------------------------

# The first repository of this machine's apt configuration that has the suite.
find_mirror() {
    local uri
    # shellcheck disable=SC2016 # apt's own placeholder
    for uri in $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u); do
        if /usr/lib/apt/apt-helper download-file "${uri}dists/$suite/InRelease" "$work/InRelease" >/dev/null 2>&1 \
            && grep -qx 'Origin: Debian' "$work/InRelease" && grep -qx "Codename: $suite" "$work/InRelease"; then
            echo "$uri"
            return
        fi
    done
    stop $cannot_build "no mirror in this machine's apt configuration has Debian $suite (archived, or no network)"
}

packages() {
    echo linux-image-cloud-amd64 initramfs-tools udev dbus
    echo grub-pc e2fsprogs attr iproute2 procps
    echo ssl-cert
    if has sysvinit; then echo sysvinit-core initscripts sysv-rc insserv startpar ifupdown; else echo systemd-sysv; fi
    # In bullseye the package that starts the server has another name.
    if ! has dropbear; then echo openssh-server; elif [ "$suite" = bullseye ]; then echo dropbear-run; else echo dropbear; fi
    if has cloud-init; then echo cloud-init; fi
    if [ "$layout" = gpt ]; then echo grub-efi-amd64-bin; fi
}

# The files of rootfs/, and those that only some variants have.
copy_files() { # copy_files FOLDER
    cp -r --no-preserve=mode,ownership "$here/rootfs/." "$1"
    local part
    for part in ${variant//+/ }; do
        if [ -d "$here/variants/$part" ]; then cp -r --no-preserve=mode,ownership "$here/variants/$part/." "$1"; fi
    done
}

install_packages() {
    local mirror
    mirror=$(find_mirror)
    # How this machine reaches its mirror (proxy, clock tolerance) holds for the chroot's apt while it installs.
    apt-config dump --no-empty --format '%f "%v";%n' Acquire::http Acquire::https \
        Acquire::Check-Valid-Until Acquire::Check-Date >"$work/apt.conf"
    echo 'Acquire::Retries "3";' >>"$work/apt.conf"
    # Our files and the fstab go in first: package scripts read them (initrd modules, root file system type).
    copy_files "$work/files"
    mmdebstrap --mode=root --format=directory --variant=minbase \
        --include="$(packages | xargs | tr ' ' ,)" \
        --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
        --aptopt="$work/apt.conf" --dpkgopt=force-unsafe-io \
        --setup-hook="cp -r '$work/files/.' \"\$1\"" \
        --setup-hook="cp '$work/fstab' \"\$1/etc/fstab\"" \
        "$suite" "$root" "$mirror"
    rm -f "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
    mount -t proc proc "$root/proc"
}

# What an installer and a first boot leave behind, and what keeps a boot under emulation short.
finish_root() {
    cp --no-preserve=mode,ownership "$here/rootfs/etc/hostname" "$here/rootfs/etc/hosts" "$root/etc/"
    echo 'root:imageprep' | chroot "$root" chpasswd

    rm -f "$root/etc/machine-id" "$root/var/lib/dbus/machine-id"
    if has sysvinit; then finish_sysvinit; else finish_systemd; fi
    [ "$(stat -c %s "$root/etc/machine-id")" -eq 33 ] || stop 1 "no machine-id was made"
    [ -s "$root/etc/ssl/private/ssl-cert-snakeoil.key" ] || stop 1 "ssl-cert made no snakeoil key"
    if has dropbear; then
        [ -s "$root/etc/dropbear/dropbear_ed25519_host_key" ] || stop 1 "dropbear made no host key"
    else
        [ -s "$root/etc/ssh/ssh_host_ed25519_key" ] || stop 1 "openssh-server made no host key"
    fi
}

finish_systemd() {
    chroot "$root" systemd-machine-id-setup >/dev/null 2>&1
    chroot "$root" dbus-uuidgen --ensure
    install -d -m 2755 "$root/var/log/journal/$(cat "$root/etc/machine-id")"
    make_seed "$root/var/lib/systemd/random-seed"

    chroot "$root" systemctl --quiet enable systemd-networkd.service
    chroot "$root" systemctl --quiet mask systemd-networkd-wait-online.service \
        apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
    if has ssh-socket; then
        chroot "$root" systemctl --quiet disable ssh.service
        chroot "$root" systemctl --quiet enable ssh.socket
    fi
}

finish_sysvinit() {
    chroot "$root" dbus-uuidgen --ensure=/etc/machine-id
    chroot "$root" dbus-uuidgen --ensure
    make_seed "$root/var/lib/urandom/random-seed"

    echo 'T0:2345:respawn:/sbin/getty -L ttyS0 115200 vt100' >>"$root/etc/inittab"
}

make_seed() { # make_seed FILE
    (umask 077 && head -c 512 /dev/urandom >"$1")
}

# --- disk --------------------------------------------------------------------------------------------------------------

# sfdisk rounds sizes where it sees fit; file systems are made for the sizes asked for, so those must be what it wrote.
make_table() { # sfdisk's script on standard input
    local script written line
    script=$(cat)
    sfdisk -q "$disk" <<<"$script"
    written=$(sfdisk -d "$disk" | tr -d ' ')
    while read -r line; do
        [[ $written == *"start=$line,"* ]] || stop 1 "sfdisk did not write the partition start=$line"
    done < <(tr -d ' ' <<<"$script" | sed -n 's/.*start=\([0-9]*,size=[0-9]*\),.*/\1/p')
    sfdisk --verify "$disk" >/dev/null || stop 1 "sfdisk --verify complains about the partition table"
}

# The suite's own mke2fs: the features a file system has depend on the version that made it.
make_ext() { # make_ext TYPE UUID START SECTORS
    touch "$root/disk.raw"
    mount --bind "$disk" "$root/disk.raw"
    chroot "$root" mke2fs -q -F -t "$1" -U "$2" -E "offset=$(($3 * sector))" /disk.raw "$(($4 / 2))k"
    umount "$root/disk.raw"
    rm "$root/disk.raw"
}

mount_part() { # mount_part TYPE START SECTORS FOLDER
    mkdir -p "$4"
    mount -t "$1" -o "loop,offset=$(($2 * sector)),sizelimit=$(($3 * sector))" "$disk" "$4" \
        || stop $cannot_build "may not mount through a loop device here"
}

write_at() { # write_at FILE START
    dd if="$1" of="$disk" bs=$sector seek="$2" conv=notrunc,sparse status=none
}

# e2fsck exits 0 on some damage: only its five pass lines and its summary may appear.
check_ext() { # check_ext START
    local report
    report=$(e2fsck -fn "$disk?offset=$(($1 * sector))" 2>&1) || stop 1 "e2fsck -fn: $report"
    if grep -Ev '^(e2fsck 1\.|Pass [1-5]: Checking |.*: [0-9]+/[0-9]+ files .* blocks$)' <<<"$report"; then
        stop 1 "e2fsck -fn found something in the file system at sector $1"
    fi
}

# GRUB as grub-install leaves it. The modules stand in /boot; core.img goes where the layout keeps it.
install_grub() { # install_grub PREFIX PARTITION_MODULE
    local modules=$mounted/boot/grub/i386-pc
    mkdir -p "$modules"
    cp "$mounted"/usr/lib/grub/i386-pc/{*.mod,*.lst,boot.img} "$modules"
    chroot "$mounted" grub-mkimage -O i386-pc -p "$1" -o /boot/grub/i386-pc/core.img biosdisk "$2" ext2
    # grub-bios-setup wants device nodes, to tell which disk its folder is on, and a map from the disk's GRUB name to a file.
    mount -t proc proc "$mounted/proc"
    mount --rbind /dev "$mounted/dev"
    mount -t tmpfs tmpfs "$mounted/tmp"
    touch "$mounted/tmp/disk.raw"
    mount --bind "$disk" "$mounted/tmp/disk.raw"
    echo '(hd0) /tmp/disk.raw' >"$mounted/tmp/device.map"
    chroot "$mounted" grub-bios-setup -d /boot/grub/i386-pc -m /tmp/device.map '(hd0)'
    umount -R "$mounted/tmp"
    umount -R "$mounted/dev"
    umount "$mounted/proc"
}

# update-grub would name the build machine's devices, so the menu is written here. no_timer_check, here and in make-boot.sh: on a
# busy machine an emulated timer comes late, and the kernel panics ("IO-APIC + timer doesn't work!").
write_grub_menu() { # write_grub_menu UUID-OF-THE-FILE-SYSTEM-WITH-THE-KERNEL FOLDER-OF-THE-KERNEL-IN-IT
    local version
    version=$(basename "$mounted"/boot/vmlinuz-* | sed 's/^vmlinuz-//')
    cat >"$mounted/boot/grub/grub.cfg" <<MENU
serial --unit=0 --speed=115200
terminal_input serial console
terminal_output serial console
set timeout=1
search --no-floppy --fs-uuid --set=root $1
menuentry 'Debian' {
    linux $2/vmlinuz-$version root=UUID=$root_uuid ro console=tty0 console=ttyS0,115200 no_timer_check
    initrd $2/initrd.img-$version
}
MENU
}

# --- layouts -----------------------------------------------------------------------------------------------------------

new_uuid() { cat /proc/sys/kernel/random/uuid; }
root_uuid=$(new_uuid)
boot_uuid=$(new_uuid)
swap_uuid=$(new_uuid)
esp_serial=$(new_uuid | cut -c 1-8 | tr a-f A-F)

build_legacy63() {
    local -r track=63 cylinder=$((255 * 63))
    local -r boot_start=$track root_start=$((26 * cylinder)) swap_start=$((244 * cylinder)) end=$((261 * cylinder))
    local -r boot_size=$((root_start - boot_start)) root_size=$((swap_start - root_start)) swap_size=$((end - swap_start))
    cat >"$work/fstab" <<FSTAB
UUID=$root_uuid / ext4 errors=remount-ro 0 1
UUID=$boot_uuid /boot ext3 defaults 0 2
UUID=$swap_uuid none swap sw 0 0
FSTAB
    install_packages
    finish_root

    make_table <<TABLE
label: dos
unit: sectors
start=$boot_start, size=$boot_size, type=83, bootable
start=$root_start, size=$root_size, type=83
start=$swap_start, size=$swap_size, type=82
TABLE
    make_ext ext3 "$boot_uuid" $boot_start $boot_size
    make_ext ext4 "$root_uuid" $root_start $root_size
    truncate -s $((swap_size * sector)) "$work/swap"
    mkswap -q -U "$swap_uuid" "$work/swap"
    write_at "$work/swap" $swap_start

    mount_part ext4 $root_start $root_size "$mounted"
    mount_part ext3 $boot_start $boot_size "$mounted/boot"
    cp -ax "$root/." "$mounted"
    install_grub '(,msdos1)/grub' part_msdos
    write_grub_menu "$boot_uuid" ''
    umount -R "$mounted"

    check_ext $boot_start
    check_ext $root_start
}

build_gpt() {
    local -r esp_start=8192 esp_size=253952 root_start=262144
    # Up to the last whole MiB before the backup table.
    local -r root_size=$(((disk_sectors - 34 - root_start) / 2048 * 2048))
    cat >"$work/fstab" <<FSTAB
UUID=$root_uuid / ext4 rw,discard,errors=remount-ro 0 1
UUID=${esp_serial:0:4}-${esp_serial:4:4} /boot/efi vfat defaults 0 0
FSTAB
    install_packages
    finish_root
    mkdir -p "$root/boot/efi"

    make_table <<TABLE
label: gpt
unit: sectors
1: start=$root_start, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
14: start=2048, size=6144, type=21686148-6449-6E6F-744E-656564454649
15: start=$esp_start, size=$esp_size, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
TABLE
    make_ext ext4 "$root_uuid" $root_start $root_size
    mount_part ext4 $root_start $root_size "$mounted"
    cp -ax "$root/." "$mounted"
    install_grub '(,gpt1)/boot/grub' part_gpt
    write_grub_menu "$root_uuid" /boot
    make_esp $esp_size
    write_at "$work/esp" $esp_start
    umount -R "$mounted"

    check_ext $root_start
}

# The removable-media path: firmware finds it without a boot entry of its own.
make_esp() { # make_esp SECTORS
    truncate -s $(($1 * sector)) "$work/esp"
    mkfs.fat -i "$esp_serial" "$work/esp" >/dev/null
    echo "search --no-floppy --fs-uuid --set=root $root_uuid
set prefix=(\$root)/boot/grub
configfile \$prefix/grub.cfg" >"$mounted/mnt/early.cfg"
    chroot "$mounted" grub-mkimage -O x86_64-efi -p /boot/grub -c /mnt/early.cfg -o /mnt/BOOTX64.EFI \
        part_gpt ext2 fat search_fs_uuid configfile normal linux serial terminal echo
    mmd -i "$work/esp" ::/EFI ::/EFI/BOOT
    mcopy -i "$work/esp" "$mounted/mnt/BOOTX64.EFI" ::/EFI/BOOT/BOOTX64.EFI
    rm "$mounted/mnt/early.cfg" "$mounted/mnt/BOOTX64.EFI"
}

truncate -s $((disk_sectors * sector)) "$disk"
"build_$layout"
case $out in *.raw) format=raw options=() ;; *) format=qcow2 options=(-o compat=1.1) ;; esac
qemu-img convert -f raw -O $format "${options[@]}" "$disk" "$out.new"
mv "$out.new" "$out"
echo "make-debian.sh: $out: Debian $suite, $layout, $variant"
