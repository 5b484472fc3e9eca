using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Replays logs that were changed. Checksums are off in one seed, so that every field is believed there.</summary>
internal sealed class JournalTarget() : FuzzTarget("journal")
{
    private const int BlockSize = 1024;
    private const int LogBlocks = 12;

    public override bool MayChangeLength => false;

    public override void Execute(Memory<byte> input)
    {
        OverlayDevice device = new(new MemoryDevice(input));
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_001), out ExtRecovery recovery);
        if (recovery.Transactions < 0 || recovery.Blocks > input.Length / BlockSize)
        {
            throw new BrokenPromiseException($"more was replayed than there is: {recovery}");
        }

        Survives(() => _ = files.List(files.Root).Count());
    }

    protected override IReadOnlyList<Seed> MakeSeeds() =>
        [Make("^metadata_csum,^64bit", "jo"), Make("metadata_csum", "jo -c -v 3"), MakeWithFastCommits()];

    /// <summary>Two fast commits: a file that is made, one that is removed, ranges, and a number that is used again.</summary>
    private static Seed MakeWithFastCommits()
    {
        const ushort create = 3, link = 4, unlink = 5;
        const uint changed = 12, removed = 13, folder = 14, made = 20;
        using ScratchFolder scratch = new();
        FastCommitImage image = FastCommitImage.Make(scratch);
        Inode like = Volume.Open(new MemoryDevice(image.Bytes)).ReadInode(changed);
        ReadOnlySpan<byte> raw = like.Raw.AsSpan(0, Inode.OldSize + like.ExtraSize);
        image.AddHead().AddInode(made, raw).AddRange(made, 0, 3, 3800).AddName(create, folder, made, "made").AddName(unlink, 2, removed, "b")
            .AddInode(removed, raw).AddName(create, 2, removed, "again").Commit();
        like.Links = 2;
        image.AddName(link, folder, changed, "second").DeleteRange(changed, 1, 2).AddRange(changed, 7, 32770, 3900).AddInode(changed, raw).Commit();
        byte[] bytes = image.Place();
        (int offset, int length) = (image.AreaOffset, image.AreaLength);
        return new Seed(bytes, [new HotRange(offset, length, mutant => FastCommitImage.Seal(mutant.AsSpan(offset, length)))]);
    }

    private static Seed Make(string features, string open)
    {
        OutsideTool.Require("mke2fs", "debugfs");
        using ScratchFolder scratch = new();
        string path = scratch.File("seed.img");
        OutsideTool.Run(
            "mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", "-N", "96", "-J", "size=1", "-O", features, "-U", "6f1e6a10-3b3b-4c1e-9b59-0d6f3a5a7c11", path, "4M")
            .EnsureSuccess("mke2fs");
        string content = scratch.File("content");
        File.WriteAllBytes(content, [.. Enumerable.Range(0, 3).SelectMany(i => (byte[])[0xC0, 0x3B, 0x39, 0x98, .. Enumerable.Repeat((byte)i, BlockSize - 4)])]);
        string script = scratch.File("script");
        File.WriteAllLines(script, [open, $"jw -b 1900,1901,1902 {content}", "jw -r 1900", $"jw -b 1901 {content}", "jc"]);
        OutsideTool.Run("debugfs", "-w", "-f", script, path).EnsureSuccess("debugfs");
        byte[] image = File.ReadAllBytes(path);
        HotRange[] hot = [.. Enumerable.Range(0, LogBlocks).Select(block => new HotRange(Locate(path, block) * BlockSize, block == 0 ? 256 : 64))];
        return new Seed(image, hot);
    }

    private static int Locate(string path, int block) => int.Parse(
        OutsideTool.Run("debugfs", "-R", $"bmap <8> {block}", path).EnsureSuccess("debugfs").Output, System.Globalization.CultureInfo.InvariantCulture);
}
