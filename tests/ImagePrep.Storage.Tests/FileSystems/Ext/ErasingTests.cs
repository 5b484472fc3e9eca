using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Deletions made by the kernel, which leaves names, inodes and content where they were: after erasing they are found nowhere.</summary>
public sealed class ErasingTests
{
    /// <summary>Every secret begins with this, whatever holds it.</summary>
    private const string Mark = "SECRET-OF-THE-BASE";

    /// <summary>Names in a linear directory, in one that becomes indexed, attributes inside inodes, content, and a block that is given to another file unwritten.</summary>
    private const string Populate = """
        set -e
        cd "$1"
        mkdir linear indexed
        for n in 1 2 3 4 5; do echo $2 > linear/keep$n; echo $2-content > linear/$2-$n; setfattr -n user.a -v $2-attribute linear/$2-$n; done
        i=0; while [ $i -lt 400 ]; do echo $2 > indexed/$2-of-some-length-for-an-index-$i; echo > indexed/keep-$i; i=$((i+1)); done
        sync
        rm linear/$2-* indexed/$2-*
        for n in 1 2 3 4 5; do echo public > linear/keep$n; done
        i=0; while [ $i -lt 400 ]; do echo > indexed/keep-$i; i=$((i+1)); done
        sync
        fallocate -l 40M reserved 2>/dev/null || true
        sync
        """;

    public static TheoryData<string> Flavours => ["ext4-4k", "ext4-1k", "ext4-debian13", "ext4-128", "ext4-uninit_bg", "ext4-nocsum", "ext3", "ext2"];

    [Theory]
    [MemberData(nameof(Flavours))]
    public void EraseLeftovers_OfKernelDeletions_LeavesNothingAndAllThatIsThere(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "setfattr");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        using (KernelMount mount = new(path))
        {
            OutsideTool.Run("sh", ["-c", Populate, "sh", mount.Folder, Mark], seconds: 300).EnsureSuccess("populating through the kernel");
        }

        using FileDevice device = new(path);
        Occurrences(device).ShouldBeGreaterThan(400);
        string before = TreeListing.Of(ExtFileSystem.OpenForReading(device));
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000));

        ErasedLeftovers erased = files.EraseLeftovers();
        files.Flush();

        erased.Nodes.ShouldBeGreaterThan(400);
        erased.Names.ShouldBeGreaterThan(5);
        TreeListing.Of(ExtFileSystem.OpenForReading(device)).ShouldBe(before);
        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
        Occurrences(new MaskedReader(device, files.UnusedRanges())).ShouldBe(0);

        ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000)).EraseLeftovers().ShouldBe(default);
    }

    private static int Occurrences(IBlockReader device)
    {
        byte[] mark = Encoding.ASCII.GetBytes(Mark);
        byte[] bytes = device.ReadBytes(0, checked((int)device.Length));
        int count = 0;
        for (ReadOnlySpan<byte> rest = bytes; rest.IndexOf(mark) is int found and >= 0; rest = rest[(found + mark.Length)..])
        {
            count++;
        }

        return count;
    }
}
