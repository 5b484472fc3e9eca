using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.Journal;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>Journals of exact shapes, written by debugfs into small file systems.</summary>
public sealed class JournalShapeTests
{
    /// <summary>A block of a 1 KiB file system of 8 MiB that is free.</summary>
    private const int Free = 6000;

    /// <summary>The log begins behind the journal's superblock: descriptor, logged blocks, commit.</summary>
    private const int FirstLogBlock = 1;

    private const string ChecksumVersion2 = ",version2";

    public static TheoryData<string> Features =>
    [
        "^metadata_csum,^64bit", "^metadata_csum,64bit", "metadata_csum,64bit", "metadata_csum,^64bit", "metadata_csum,64bit,version2", "metadata_csum,^64bit,version2",
    ];

    [Theory]
    [MemberData(nameof(Features))]
    public void Replay_CommitsRevokesAndEscapes_EqualsE2fsck(string features)
    {
        using ScratchFolder scratch = new();
        string path = Make(scratch, features, "jw -b 6000,6001,6002 {content}", "jw -b 6003,6004 {content}", "jw -r 6000,6003", "jw -b 6003 {other}");
        byte[] image = File.ReadAllBytes(path);

        ExtRecovery.Replay(new MemoryDevice(image), out ExtRecovery summary);

        (summary.Transactions, summary.Blocks, summary.RevokedBlocks).ShouldBe((4, 4, 2));
        Block(image, Free).ShouldAllBe(b => b == 0);
        Block(image, Free + 1)[..8].ShouldBe([0xC0, 0x3B, 0x39, 0x98, 1, 1, 1, 1]);
        Block(image, Free + 3).ShouldAllBe(b => b == 0x77);
        E2fsckReplay.Differences(image, path, scratch).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Features))]
    public void Replay_LastTransactionIsNotCommitted_IsLeftOut(string features)
    {
        using ScratchFolder scratch = new();
        string path = Make(scratch, features, "jw -b 6000 {other}", "jw -c -b 6001 {other}");
        byte[] image = File.ReadAllBytes(path);

        ExtRecovery.Replay(new MemoryDevice(image), out ExtRecovery summary);
        summary.Transactions.ShouldBe(1);

        Block(image, Free).ShouldAllBe(b => b == 0x77);
        Block(image, Free + 1).ShouldAllBe(b => b == 0);
        E2fsckReplay.Differences(image, path, scratch).ShouldBeEmpty();
    }

    [Fact]
    public void Replay_TargetInsideTheJournal_IsCorruptAndNothingIsWritten()
    {
        using ScratchFolder scratch = new();
        long inside = Locate(Make(scratch, "metadata_csum"), 900);

        ShouldBeRefused(Make(scratch, "metadata_csum", $"jw -b {inside} {{content}}")).ShouldContain("outside the journal");
    }

    [Fact]
    public void Replay_TargetOutside_IsCorruptAndNothingIsWritten()
    {
        using ScratchFolder scratch = new();
        string path = Make(scratch, "^metadata_csum,^64bit", "jw -b 6000 {content}");
        Patch(path, Locate(path, FirstLogBlock), JournalHeader.Size, [0, 0, 0x20, 0]);

        ShouldBeRefused(path).ShouldContain("t_blocknr");
    }

    [Theory]
    [InlineData(1, 100, "what was logged for block 6000")]
    [InlineData(0, 60, "a descriptor block")]
    public void Replay_CommittedButDamaged_IsCorruptAndNothingIsWritten(int block, int offset, string what)
    {
        using ScratchFolder scratch = new();
        string path = Make(scratch, "metadata_csum", "jw -b 6000 {content}");
        Patch(path, Locate(path, FirstLogBlock + block), offset, [0xA5]);

        ShouldBeRefused(path).ShouldContain(what);
    }

    [Fact]
    public void Replay_CommitBlockIsDamaged_EndsTheLogBeforeIt()
    {
        using ScratchFolder scratch = new();
        string path = Make(scratch, "metadata_csum", "jw -b 6000 {other}", "jw -b 6001 {other}");
        Patch(path, Locate(path, FirstLogBlock + 5), 0x38, [0xA5]);
        byte[] image = File.ReadAllBytes(path);

        ExtRecovery.Replay(new MemoryDevice(image), out ExtRecovery recovery);

        recovery.Transactions.ShouldBe(1);
        Block(image, Free + 1).ShouldAllBe(b => b == 0);
    }

    [Fact]
    public void Replay_OldSuperblock_EqualsE2fsck()
    {
        using ScratchFolder scratch = new();
        string path = Make(scratch, "^metadata_csum,^64bit", "jw -b 6000,6001 {content}", "jw -b 6001 {other}");
        long superblock = Locate(path, 0);
        Patch(path, superblock, JournalHeader.TypeOffset, [0, 0, 0, 3]);
        Patch(path, superblock, 0x24, new byte[0x100 - 0x24]);
        byte[] image = File.ReadAllBytes(path);

        ExtRecovery.Replay(new MemoryDevice(image), out ExtRecovery summary);

        summary.Transactions.ShouldBe(2);
        Block(image, Free)[..8].ShouldBe([0xC0, 0x3B, 0x39, 0x98, 0, 0, 0, 0]);
        Block(image, Free + 1).ShouldAllBe(b => b == 0x77);
        E2fsckReplay.Differences(image, path, scratch).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(4096, "metadata_csum")]
    [InlineData(65536, "metadata_csum")]
    [InlineData(65536, "^metadata_csum,^64bit")]
    public void Replay_LargeBlocks_EqualsE2fsck(int blockSize, string features)
    {
        OutsideTool.Require("mke2fs", "debugfs", "e2fsck");
        using ScratchFolder scratch = new();
        long blocks = blockSize == 4096 ? 8192 : 2100;
        string path = new Flavour("large", $"{blocks * blockSize / 1024}K", "-t", "ext4", "-b", $"{blockSize}", "-O", features).Make(scratch);
        string content = scratch.File("content");
        File.WriteAllBytes(content, [.. Enumerable.Range(0, 2).SelectMany(i => (byte[])[0xC0, 0x3B, 0x39, 0x98, .. Enumerable.Repeat((byte)(i + 1), blockSize - 4)])]);
        string script = scratch.File("script");
        string open = features.StartsWith('^') ? "jo" : "jo -c -v 3";
        File.WriteAllLines(script, [open, $"jw -b {blocks - 9},{blocks - 8} {content}", $"jw -r {blocks - 9}", $"jw -b {blocks - 7} {content}", "jc"]);
        OutsideTool.Run("debugfs", "-w", "-f", script, path).EnsureSuccess("debugfs");
        byte[] image = File.ReadAllBytes(path);

        ExtRecovery.Replay(new MemoryDevice(image), out ExtRecovery summary);

        (summary.Transactions, summary.Blocks, summary.RevokedBlocks).ShouldBe((3, 2, 1));
        E2fsckReplay.Differences(image, path, scratch).ShouldBeEmpty();
    }

    [Fact]
    public void Replay_JournalWasAborted_IsRefused()
    {
        using ScratchFolder scratch = new();
        string path = Make(scratch, "^metadata_csum,^64bit", "jw -b 6000 {content}");
        Patch(path, Locate(path, 0), 0x20, [0, 0, 0, 5]);

        Should.Throw<UnsupportedImageException>(() => ExtRecovery.Replay(new MemoryDevice(File.ReadAllBytes(path)), out _)).Message.ShouldContain("aborted");
    }

    [Fact]
    public void Replay_ExternalJournal_IsRefusedByName()
    {
        using ScratchFolder scratch = new();
        byte[] image = File.ReadAllBytes(Make(scratch, "metadata_csum", "jw -b 6000 {content}"));
        Mutator.PatchSuperblock(image, Superblock.Offsets.JournalUuid, 1, 2, 3);

        Should.Throw<UnsupportedImageException>(() => ExtFileSystem.OpenForReading(new MemoryDevice(image))).Message.ShouldContain("another device");
    }

    private static string ShouldBeRefused(string path)
    {
        byte[] image = File.ReadAllBytes(path);
        byte[] before = [.. image];
        string message = Should.Throw<CorruptImageException>(() => ExtRecovery.Replay(new MemoryDevice(image), out _)).Message;
        image.ShouldBe(before);
        return message;
    }

    /// <summary>Where a block of the journal lies, by debugfs.</summary>
    private static long Locate(string path, int block) =>
        long.Parse(OutsideTool.Run("debugfs", "-R", $"bmap <8> {block}", path).EnsureSuccess("debugfs").Output, System.Globalization.CultureInfo.InvariantCulture);

    private static void Patch(string path, long block, int offset, byte[] bytes)
    {
        using FileDevice device = new(path);
        device.WriteAt((block * 1024) + offset, bytes);
    }

    private static byte[] Block(byte[] image, int block) => image.AsSpan(block * 1024, 1024).ToArray();

    private static string Make(ScratchFolder scratch, string features, params string[] commands)
    {
        OutsideTool.Require("mke2fs", "debugfs", "e2fsck");
        string path = new Flavour("shape", "8M", "-t", "ext4", "-b", "1024", "-O", features.Replace(ChecksumVersion2, "")).Make(scratch);
        string content = scratch.File("content");
        string other = scratch.File("other");
        File.WriteAllBytes(content, [.. Enumerable.Range(0, 3).SelectMany(i => (byte[])[0xC0, 0x3B, 0x39, 0x98, .. Enumerable.Repeat((byte)i, 1020)])]);
        File.WriteAllBytes(other, [.. Enumerable.Repeat((byte)0x77, 1024)]);
        if (commands.Length > 0)
        {
            string script = scratch.File("script");
            string open = features.StartsWith('^') ? "jo" : features.EndsWith(ChecksumVersion2, StringComparison.Ordinal) ? "jo -c -v 2" : "jo -c -v 3";
            File.WriteAllLines(script, [open, .. commands.Select(command => command.Replace("{content}", content).Replace("{other}", other)), "jc"]);
            OutsideTool.Run("debugfs", "-w", "-f", script, path).EnsureSuccess("debugfs");
        }

        return path;
    }
}
