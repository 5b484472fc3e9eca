using System.Text;
using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Guests.Selinux;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>
/// Files of a guest that are read to find out what it is. The input is their contents one behind another, each after a line "== path"; a line
/// "=> path" makes the rest a link's target.
/// </summary>
internal sealed class GuestFilesTarget() : FuzzTarget("guest-files")
{
    // Nearly every text is a guest of some kind.
    public override bool RefusesMutants => false;

    public override void Execute(Memory<byte> input)
    {
        MemoryFileSystem root = new() { Uuid = "11111111-1111-1111-1111-111111111111" };
        Fill(root, Encoding.Latin1.GetString(input.Span));
        FileSystemCandidate[] candidates = [Candidate(root, 1), Candidate(new MemoryFileSystem { Uuid = "22222222-2222-2222-2222-222222222222" }, 2)];
        GuestTree tree = new(GuestFinder.FindMounts(candidates));
        GuestFinder.Describe(tree);
        foreach (string path in (string[])["/etc/fstab", "/link/fstab", "/boot/x", "/link/../../x"])
        {
            Survives(() => tree.TryFind(path, out _));
        }

        Survives(() => _ = tree.Glob("/e*/*").ToArray());
        Survives(() => _ = SelinuxLabels.Of(tree));
        Survives(() => _ = DeviceOrderReferences.In(tree, []));
    }

    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        Seed.Whole("""
            == /etc/os-release
            ID=debian
            VERSION_ID="12"
            PRETTY_NAME='Debian'
            == /usr/lib/systemd/systemd
            x
            == /etc/fstab
            UUID=11111111-1111-1111-1111-111111111111 / ext4 defaults 0 1
            UUID=22222222-2222-2222-2222-222222222222 /boot\040x ext4 defaults 0 2
            /dev/sda2 /mnt/../boot auto
            == /var/lib/dpkg/status
            Package: systemd
            Status: install ok installed
            Version: 252.39-1

            == /etc/selinux/config
            SELINUX=enforcing
            SELINUXTYPE=targeted
            == /etc/crypttab
            secret /dev/sdb1 /dev/sdc header=/dev/sdd
            == /etc/default/grub
            GRUB_CMDLINE_LINUX="root=/dev/sda1 quiet" # remark
            export GRUB_DISABLE_LINUX_UUID=true
            == /boot/grub/grub.cfg
            menuentry 'a {' --id "b\"c" { set root='hd0,1'; if true; then search --set=root x; fi
              linux (hd0,1)/vmlinuz root=/dev/nvme0n1p1 ${x} \
                quiet # }
            }
            == /boot/grub/device.map
            (hd0) /dev/sda
            == /boot/extlinux/extlinux.conf
            APPEND root=/dev/mmcblk0p2
            => /link
            ../etc
            """u8.ToArray()),
    ];

    private static FileSystemCandidate Candidate(MemoryFileSystem files, int number) =>
        new(new Mount(GuestPath.Root, number, new ByteRange(0, 1L << 30), files), $"{number}");

    private static void Fill(MemoryFileSystem root, string text)
    {
        foreach (string part in ("\n" + text).Split("\n=", StringSplitOptions.RemoveEmptyEntries))
        {
            int end = part.IndexOf('\n', StringComparison.Ordinal);
            if (end < 2 || !GuestPath.TryParse(part[1..end].Trim(), out GuestPath? path) || path.IsRoot)
            {
                continue;
            }

            // A path that goes through a file, or is there already, cannot be made.
            string name = "/" + string.Join('/', path.Names.Select(each => Encoding.UTF8.GetString(each.Bytes)));
            string content = part[(end + 1)..];
            try
            {
                if (part[0] == '>')
                {
                    root.AddLink(name, content);
                }
                else
                {
                    root.Add(name, content);
                }
            }
            catch (Exception exception) when (exception is IOException or ArgumentException)
            {
                continue;
            }
        }
    }
}
