using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext.Journal;

/// <summary>Replay and what follows it, on images that a kernel left in the middle of its work. e2fsck and the kernel judge.</summary>
public sealed class JournalReplayTests
{
    private static readonly UnixTime Now = new(1_750_000_000);

    private static readonly Dictionary<string, (string Mount, string[] Make)> Shapes = new(StringComparer.Ordinal)
    {
        ["ext4"] = ("rw", ["-t", "ext4", "-b", "4096", "-J", "size=4"]),
        ["ext4-1k"] = ("rw", ["-t", "ext4", "-b", "1024", "-J", "size=2"]),
        ["ext4-wraps"] = ("rw", ["-t", "ext4", "-b", "1024", "-J", "size=1"]),
        ["ext4-data"] = ("data=journal", ["-t", "ext4", "-b", "1024", "-J", "size=4"]),
        ["ext4-data-4k"] = ("data=journal", ["-t", "ext4", "-b", "4096", "-J", "size=8"]),
        ["ext4-nocsum"] = ("data=journal", ["-t", "ext4", "-O", "^metadata_csum,^64bit", "-J", "size=4"]),
        ["ext4-commit-checksum"] = ("journal_checksum,data=journal", ["-t", "ext4", "-O", "^metadata_csum,^64bit", "-J", "size=4"]),
        ["ext4-async"] = ("journal_async_commit,data=writeback", ["-t", "ext4", "-b", "1024", "-J", "size=4"]),
        ["ext4-async-nocsum"] = ("journal_async_commit,data=writeback", ["-t", "ext4", "-b", "2048", "-O", "^metadata_csum", "-J", "size=4"]),
        ["ext4-wraps-data"] = ("data=journal", ["-t", "ext4", "-b", "1024", "-O", "^64bit", "-J", "size=1"]),
        ["ext4-orphan-file"] = ("rw", ["-t", "ext4", "-O", "orphan_file", "-J", "size=4"]),
        ["ext4-seed"] = ("rw", ["-t", "ext4", "-O", "metadata_csum_seed", "-J", "size=4"]),
        ["ext3"] = ("rw", ["-t", "ext3", "-b", "1024", "-J", "size=2"]),
        ["ext3-data"] = ("data=journal", ["-t", "ext3", "-b", "1024", "-J", "size=2"]),
    };

    public static TheoryData<string> ShapeNames => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Replay_EqualsE2fsckBlockForBlock(string shape)
    {
        using ScratchFolder scratch = new();

        // e2fsck deletes orphans in the same run; here it is the journal alone.
        (string dirty, JournalLog log) = Make(shape, scratch, orphans: 0);
        byte[] image = File.ReadAllBytes(dirty);
        ExtRecovery.Replay(new MemoryDevice(image), out ExtRecovery recovery);

        recovery.Transactions.ShouldBe(log.Transactions);
        recovery.Blocks.ShouldBeGreaterThan(10);
        E2fsckReplay.Differences(image, dirty, scratch).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void OpenForEditing_FinishesWhatTheKernelWould(string shape)
    {
        using ScratchFolder scratch = new();
        (string dirty, _) = Make(shape, scratch);
        string byKernel = scratch.File("kernel.img");
        File.Copy(dirty, byKernel);
        string expected;
        using (KernelMount mount = new(byKernel))
        {
            expected = TreeListing.OfFolder(mount.Folder);
        }

        string shown;
        using (FileDevice device = new(dirty))
        {
            shown = TreeListing.Of(ExtFileSystem.OpenForReading(device));
            IFileSystem files = ExtFileSystem.OpenForEditing(device, Now, out ExtRecovery recovery);
            recovery.DeletedOrphans.ShouldBeGreaterThanOrEqualTo(6);
            TreeListing.Of(files).ShouldBe(expected);
            NodeId made = files.CreateFile(files.Root, "after", new NodeAttributes(0b110_100_100), "x"u8);
            files.Flush();
            files.Stat(made).Size.ShouldBe(1);
            ExtCheck.Verify(device).ShouldBeEmpty();
        }

        shown.ShouldBe(expected);
        E2fsck.ShouldBeSilent(dirty);
        using KernelMount ours = new(dirty);
        File.ReadAllText(ours.File("after")).ShouldBe("x");
    }

    [Fact]
    public void OpenForEditing_WithoutAnEdit_LeavesASoundFileSystem()
    {
        using ScratchFolder scratch = new();
        (string dirty, _) = Make("ext4-1k", scratch, orphans: 0);
        using (FileDevice device = new(dirty))
        {
            ExtFileSystem.OpenForEditing(device, Now);
            ExtCheck.Verify(device).ShouldBeEmpty();
        }

        E2fsck.ShouldBeSilent(dirty);
    }

    [Fact]
    public void OpenForReading_OfADirtyImage_WritesNothing()
    {
        using ScratchFolder scratch = new();
        (string dirty, _) = Make("ext4-1k", scratch);
        byte[] before = File.ReadAllBytes(dirty);

        IFileSystemReader files = ExtFileSystem.OpenForReading(new MemoryDevice(before));

        files.TryLookup(files.Root, "link", out _).ShouldBeTrue();
        before.AsSpan().SequenceEqual(File.ReadAllBytes(dirty)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("ext4-1k")]
    [InlineData("ext3-data")]
    [InlineData("ext4-orphan-file")]
    public void DamagedLogs_AreRefusedOrReplayed_NeverWorse(string shape)
    {
        using ScratchFolder scratch = new();
        byte[] image = File.ReadAllBytes(Make(shape, scratch).Path);
        (long start, long length) = JournalOf(image);
        Random random = new(11);
        for (int round = 0; round < 150; round++)
        {
            byte[] damaged = [.. image];
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                // Mostly where the log's own blocks begin: superblock, descriptors, revokes and commits.
                long block = start + (random.Next((int)Math.Min(length, 200)) * 1024L);
                damaged[block + random.Next(random.Next(2) == 0 ? 64 : 1024)] = (byte)random.Next(256);
            }

            try
            {
                IFileSystem files = ExtFileSystem.OpenForEditing(new OverlayDevice(new MemoryDevice(damaged)), Now);
                _ = files.List(files.Root).Count();
            }
            catch (Exception documented) when (documented is CorruptImageException or UnsupportedImageException)
            {
                // Refused with its reason, which is as good an end as a replay.
            }
        }
    }

    private static (string Path, JournalLog Log) Make(string shape, ScratchFolder scratch, int orphans = 12)
    {
        (string mount, string[] make) = Shapes[shape];
        return DirtyImage.Make(scratch, mount, orphans, [.. make, scratch.File("mounted.img"), "24M"]);
    }

    /// <summary>The journal of a small image lies in one piece: it begins with the only journal superblock.</summary>
    private static (long Start, long Length) JournalOf(byte[] image)
    {
        for (int at = 0; at + 16 <= image.Length; at += 1024)
        {
            if (image.AsSpan(at, 8).SequenceEqual((ReadOnlySpan<byte>)[0xC0, 0x3B, 0x39, 0x98, 0, 0, 0, 4]))
            {
                return (at, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(image.AsSpan(at + 16)));
            }
        }

        throw new InvalidOperationException("There is no journal in the image.");
    }
}
