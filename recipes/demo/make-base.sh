#!/bin/sh
# Makes base.qcow2, the base image of the demo: an MBR disk whose first partition begins at sector 63, with a tree as Debian 12 packages leave it.
# It needs no root, no loop device and no network: mke2fs (e2fsprogs), mkswap and sfdisk (util-linux), qemu-img, ssh-keygen, openssl.
#
#   recipes/demo/make-base.sh [OUT]        OUT defaults to base.qcow2 beside this script
#
# The keys are new in every run, so two runs differ. Everything else is fixed.
set -eu
LC_ALL=C
TZ=UTC
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL TZ PATH
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/base.qcow2}

# The layout of installers before 2010: partitions begin and end on cylinders of 255 heads and 63 sectors, the first one behind the first track.
disk_bytes=$((48 * 1024 * 1024))
root_start=63
root_sectors=$((5 * 255 * 63 - root_start))
swap_start=$((5 * 255 * 63))
swap_sectors=$((255 * 63))
disk_id=0x1badcafe
root_uuid=6f1c2a94-3b0d-4e57-9c55-0d2b8e1f7a63
swap_uuid=b7a3f0d2-58c1-4f6e-8a19-2c94d7e05b31
machine_id=5a1d3c7e9b024f68a7c0e1d2f3b4a596
file_time=2024-06-01T12:00:00Z
ssl_cert_gid=105

for tool in mke2fs debugfs e2fsck mkswap sfdisk qemu-img ssh-keygen openssl; do
    command -v "$tool" > /dev/null || { echo "make-base.sh: $tool is not installed" >&2; exit 2; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root

# put MODE PATH: standard input becomes a file of the guest.
put() {
    mkdir -p "$root$(dirname "$2")"
    cat > "$root$2"
    chmod "$1" "$root$2"
}

# link TARGET PATH
link() {
    mkdir -p "$root$(dirname "$2")"
    ln -s "$1" "$root$2"
}

# package NAME VERSION SECTION DESCRIPTION: an entry of dpkg's status file.
package() {
    printf 'Package: %s\nStatus: install ok installed\nPriority: optional\nSection: %s\nInstalled-Size: 1024\n' "$1" "$3"
    printf 'Maintainer: Demo <demo@example.org>\nArchitecture: amd64\nVersion: %s\nDescription: %s\n\n' "$2" "$4"
}

make_system() {
    mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/home" "$root/mnt" "$root/srv" "$root/opt" \
        "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/boot" "$root/var/cache" "$root/var/spool" "$root/usr/share" "$root/etc/ssh/sshd_config.d"
    mkdir -m 1777 "$root/tmp"
    mkdir -p "$root/var" && mkdir -m 1777 "$root/var/tmp"
    for name in bin sbin lib lib64; do
        link "usr/$name" "/$name"
    done
    link /run /var/run
    link /run/lock /var/lock

    put 644 /usr/lib/os-release <<'EOF'
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
EOF
    link ../usr/lib/os-release /etc/os-release
    echo 12.11 | put 644 /etc/debian_version
    {
        package base-files 12.4+deb12u11 admin "Debian base system miscellaneous files"
        package dbus 1.14.10-1~deb12u1 admin "simple interprocess messaging system"
        package openssh-client 1:9.2p1-2+deb12u7 net "secure shell (SSH) client"
        package openssh-server 1:9.2p1-2+deb12u7 net "secure shell (SSH) server"
        package openssl 3.0.17-1~deb12u2 utils "Secure Sockets Layer toolkit"
        package ssl-cert 1.1.2 misc "simple debconf wrapper for OpenSSL"
        package systemd 252.39-1~deb12u1 admin "system and service manager"
        package systemd-sysv 252.39-1~deb12u1 admin "system and service manager - SysV compatibility symlinks"
    } | put 644 /var/lib/dpkg/status
    echo 'root ssl-cert 710 /etc/ssl/private' | put 644 /var/lib/dpkg/statoverride

    put 644 /etc/passwd <<'EOF'
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
messagebus:x:100:107::/nonexistent:/usr/sbin/nologin
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
EOF
    put 644 /etc/group <<EOF
root:x:0:
daemon:x:1:
adm:x:4:
shadow:x:42:
utmp:x:43:
nogroup:x:65534:
systemd-network:x:998:
ssl-cert:x:$ssl_cert_gid:
messagebus:x:107:
EOF
    put 640 /etc/shadow <<'EOF'
root:*:19875:0:99999:7:::
daemon:*:19875:0:99999:7:::
nobody:*:19875:0:99999:7:::
sshd:!:19875::::::
EOF
    put 644 /etc/fstab <<EOF
# <file system> <mount point> <type> <options> <dump> <pass>
UUID=$root_uuid / ext4 errors=remount-ro 0 1
UUID=$swap_uuid none swap sw 0 0
EOF
    echo 'stand-in for a kernel' | put 644 /boot/vmlinuz-6.1.0-37-amd64
    link boot/vmlinuz-6.1.0-37-amd64 /vmlinuz
}

make_identity() {
    echo demo-base | put 644 /etc/hostname
    printf '127.0.0.1\tlocalhost\n127.0.1.1\tdemo-base.example.org demo-base\n::1\tlocalhost ip6-localhost ip6-loopback\n' | put 644 /etc/hosts
    echo "$machine_id" | put 444 /etc/machine-id
    # A copy, not a link: what dbus leaves behind, and what gives an emptied machine-id back.
    echo "$machine_id" | put 644 /var/lib/dbus/machine-id
    mkdir -p "$root/var/lib/systemd"
    openssl rand 512 | put 600 /var/lib/systemd/random-seed
    put 644 /var/lib/dhcp/dhclient.eth0.leases <<'EOF'
lease {
  interface "eth0";
  fixed-address 192.0.2.17;
  option dhcp-server-identifier 192.0.2.1;
  expire 6 2024/06/01 13:00:00;
}
EOF
    mkdir -p "$root/root" && chmod 700 "$root/root"
    mkdir -m 700 "$root/root/.ssh"
    echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemo builder@demo' | put 600 /root/.ssh/authorized_keys
    echo 'apt-get install -y openssh-server ssl-cert' | put 600 /root/.bash_history
    echo '2024-06-01 12:00:00 status installed openssh-server:amd64 1:9.2p1-2+deb12u7' | put 644 /var/log/dpkg.log
    echo 'Jun  1 12:00:00 demo-base sshd[412]: Server listening on 0.0.0.0 port 22.' | put 640 /var/log/auth.log
    : | put 664 /var/log/wtmp
    : | put 660 /var/log/btmp
    : | put 664 /var/log/lastlog
    echo "journal of $machine_id" | put 640 "/var/log/journal/$machine_id/system.journal"
}

make_keys() {
    for type in rsa ecdsa ed25519; do
        ssh-keygen -q -t "$type" -N '' -C root@demo-base -f "$root/etc/ssh/ssh_host_${type}_key"
        chmod 600 "$root/etc/ssh/ssh_host_${type}_key"
        chmod 644 "$root/etc/ssh/ssh_host_${type}_key.pub"
    done
    # Deleted again below: its bytes stay behind in free blocks, as those of any key that was ever removed by hand.
    ssh-keygen -q -t rsa -N '' -C old@demo-base -f "$root/etc/ssh/ssh_host_old_key"

    mkdir -p "$root/etc/ssl/certs" "$root/etc/ssl/private"
    chmod 710 "$root/etc/ssl/private"
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj /CN=demo-base -addext subjectAltName=DNS:demo-base \
        -out "$root/etc/ssl/certs/ssl-cert-snakeoil.pem" -keyout "$root/etc/ssl/private/ssl-cert-snakeoil.key" 2> /dev/null
    chmod 640 "$root/etc/ssl/private/ssl-cert-snakeoil.key"
    link ssl-cert-snakeoil.pem "/etc/ssl/certs/$(openssl x509 -hash -noout -in "$root/etc/ssl/certs/ssl-cert-snakeoil.pem").0"
}

# Stand-ins with the directives that matter, in our words: enough to see what is installed and what is enabled, not to boot.
make_services() {
    for program in /usr/lib/systemd/systemd /usr/lib/systemd/systemd-random-seed /usr/sbin/sshd /usr/bin/ssh-keygen /usr/sbin/make-ssl-cert; do
        printf '#!/bin/sh\n# Stand-in: this image is not meant to boot.\n' | put 755 "$program"
    done
    link /lib/systemd/systemd /usr/sbin/init

    put 644 /etc/ssh/sshd_config <<'EOF'
Include /etc/ssh/sshd_config.d/*.conf
KbdInteractiveAuthentication no
UsePAM yes
X11Forwarding yes
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp /usr/lib/openssh/sftp-server
EOF
    put 644 /usr/lib/systemd/system/ssh.service <<'EOF'
[Unit]
Description=OpenSSH server
After=network.target auditd.service
ConditionPathExists=!/etc/ssh/sshd_not_to_be_run

[Service]
EnvironmentFile=-/etc/default/ssh
ExecStartPre=/usr/sbin/sshd -t
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS
Type=notify
RuntimeDirectory=sshd

[Install]
WantedBy=multi-user.target
Alias=sshd.service
EOF
    put 644 /usr/lib/systemd/system/ssh.socket <<'EOF'
[Unit]
Description=OpenSSH server socket
Before=sockets.target

[Socket]
ListenStream=22
Accept=yes

[Install]
WantedBy=sockets.target
EOF
    put 644 /usr/lib/systemd/system/systemd-random-seed.service <<'EOF'
[Unit]
Description=Load and save the random seed
DefaultDependencies=no
RequiresMountsFor=/var/lib/systemd/random-seed
Before=first-boot-complete.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/lib/systemd/systemd-random-seed load
ExecStop=/lib/systemd/systemd-random-seed save
TimeoutSec=10min
EOF
    put 644 /usr/lib/systemd/system/systemd-machine-id-commit.service <<'EOF'
[Unit]
Description=Commit a transient machine-id to disk
DefaultDependencies=no
ConditionPathIsMountPoint=/etc/machine-id
Before=shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=systemd-machine-id-setup --commit
EOF
    link ../systemd-random-seed.service /usr/lib/systemd/system/sysinit.target.wants/systemd-random-seed.service
    link ../systemd-machine-id-commit.service /usr/lib/systemd/system/sysinit.target.wants/systemd-machine-id-commit.service
    link /lib/systemd/system/ssh.service /etc/systemd/system/multi-user.target.wants/ssh.service
    link /lib/systemd/system/ssh.service /etc/systemd/system/sshd.service
}

# mke2fs -d keeps the owners of the host's files; the guest's are set afterwards, so that anyone may run this script.
own() {
    find "$root" -mindepth 1 | sed "s|^$root||" | while IFS= read -r path; do
        printf 'sif "%s" uid 0\nsif "%s" gid 0\n' "$path" "$path"
    done
    for path in /etc/ssl/private /etc/ssl/private/ssl-cert-snakeoil.key; do
        printf 'sif %s gid %s\n' "$path" "$ssl_cert_gid"
    done
    printf 'sif /etc/shadow gid 42\nsif /var/log/auth.log gid 4\n'
    printf 'sif /var/log/wtmp gid 43\nsif /var/log/btmp gid 43\nsif /var/log/lastlog gid 43\n'
}

make_root_volume() {
    # The features of Debian 12's mke2fs, whatever the builder's defaults are.
    cat > "$work/mke2fs.conf" <<'EOF'
[defaults]
    base_features = sparse_super,large_file,filetype,resize_inode,dir_index,ext_attr
    default_mntopts = acl,user_xattr
    enable_periodic_fsck = 0
    blocksize = 4096
    inode_size = 256
[fs_types]
    ext4 = {
        features = has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize
    }
    small = {
        inode_ratio = 16384
    }
EOF
    find "$root" -exec touch -h -d "$file_time" {} +
    truncate -s $((root_sectors * 512 / 4096 * 4096)) "$work/root.img"
    MKE2FS_CONFIG=$work/mke2fs.conf mke2fs -q -F -t ext4 -b 4096 -U "$root_uuid" -E "root_owner=0:0,hash_seed=$root_uuid" -d "$root" "$work/root.img"
    {
        own
        printf 'rm /etc/ssh/ssh_host_old_key\nrm /etc/ssh/ssh_host_old_key.pub\n'
    } > "$work/debugfs.commands"
    debugfs -w -f "$work/debugfs.commands" "$work/root.img" > "$work/debugfs.log" 2>&1
    # debugfs exits with 0 whatever happens; anything but its echo of the commands is a failure.
    if grep -v -e '^debugfs' -e '^$' "$work/debugfs.log" >&2; then
        exit 1
    fi
    e2fsck -fn "$work/root.img" > "$work/e2fsck.log" 2>&1 || { cat "$work/e2fsck.log" >&2; exit 1; }
}

make_disk() {
    truncate -s "$disk_bytes" "$work/disk.img"
    sfdisk --quiet --no-reread --no-tell-kernel "$work/disk.img" <<EOF
label: dos
label-id: $disk_id
1: start=$root_start, size=$root_sectors, type=83, bootable
2: start=$swap_start, size=$swap_sectors, type=82
EOF
    truncate -s $((swap_sectors * 512)) "$work/swap.img"
    mkswap --uuid "$swap_uuid" --pagesize 4096 "$work/swap.img" > /dev/null 2>&1
    dd if="$work/root.img" of="$work/disk.img" bs=512 seek="$root_start" conv=notrunc,sparse status=none
    dd if="$work/swap.img" of="$work/disk.img" bs=512 seek="$swap_start" conv=notrunc,sparse status=none
    qemu-img convert -c -f raw -O qcow2 -o compat=1.1 "$work/disk.img" "$work/base.qcow2"
    mv "$work/base.qcow2" "$out"
}

make_system
make_identity
make_keys
make_services
make_root_volume
make_disk
echo "$out: $(wc -c < "$out") bytes"
