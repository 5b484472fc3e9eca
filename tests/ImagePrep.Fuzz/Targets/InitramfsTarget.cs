using ImagePrep.Guests;
using ImagePrep.Initramfs;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>
/// An initramfs as it is, and the same bytes as what a compressed segment expands to, where mutants would hardly get otherwise: searched, cleaned, and then
/// nothing is to be found any more. The last segment of an EFI program is one, too.
/// </summary>
internal sealed class InitramfsTarget() : FuzzTarget("initramfs")
{
    private const string Path = "/boot/initrd.img";

    public override void Execute(Memory<byte> input)
    {
        Survives(() => Clean("/boot/EFI/Linux/x.efi", input.Span.ToArray()));
        Survives(() => Clean(Path, CpioArchive.Zstd(input.Span.ToArray())));
        Clean(Path, input.Span.ToArray());
    }

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        CpioArchive archive = new CpioArchive()
            .AddDirectory("etc")
            .Add("etc/dropbear/dropbear_rsa_host_key", "", inode: 77, links: 2)
            .Add("etc/machine-id", "0123456789abcdef0123456789abcdef\n")
            .Add("etc/key", "a secret key of many bytes", inode: 77, links: 2)
            .AddLink("init", "sbin/init")
            .End()
            .Pad(512);
        byte[] early = new CpioArchive().Add("kernel/x86/microcode/x", "m").End().Pad(16).ToArray();
        return
        [
            Seed.Whole(archive.ToArray()),
            Seed.Whole([.. early, .. CpioArchive.Lz4(archive.ToArray())]),
            Seed.Whole([.. early, .. archive.ToZstd()]),
            Seed.Whole([.. early, .. archive.ToGzip(), 0, .. archive.ToZstd()]),
        ];
    }

    private static void Clean(string path, byte[] initramfs)
    {
        MemoryFileSystem root = new();
        GuestEditor files = new([new Mount(GuestPath.Root, 1, new ByteRange(0, 1L << 30), root, root)]);
        files.PutFile(GuestPath.Parse(path), initramfs, permissions: 0);
        InitramfsOutcome outcome = InitramfsCleaning.Apply(files, InitramfsCatalog.All, [], []);
        if (InitramfsCleaning.Apply(files, InitramfsCatalog.All, [], []).Secrets.Count > 0)
        {
            throw new BrokenPromiseException("a secret is left");
        }

        if (outcome.Reported.FirstOrDefault(item => item.Id == "initramfs-not-searched") is { } refusal)
        {
            throw new IOException(refusal);
        }
    }
}
