using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>The kernel as oracle, in both directions: it reads and goes on writing what we wrote, and we read and go on editing what it wrote.</summary>
public sealed class KernelTests
{
    /// <summary>Makes what mke2fs cannot: an htree, ACLs, preallocated and punched blocks, hard links, special files, shared attribute blocks.</summary>
    private const string Populate = """
        set -e
        cd "$1"
        mkdir htree plain setgid && chown 0:77 setgid && chmod 2775 setgid
        i=0; while [ $i -lt 900 ]; do : > htree/a-name-long-enough-to-need-many-blocks-$i; i=$((i+1)); done
        ln -s short plain/link; ln -s "$(printf 't%.0s' $(seq 1 300))" plain/long-link
        mkfifo plain/fifo; mknod plain/null c 1 3; mknod plain/disk b 259 70000
        echo content > plain/file; ln plain/file plain/hard
        head -c 300000 /dev/urandom > plain/random
        dd if=/dev/zero of=plain/sparse bs=1k seek=500 count=1 2>/dev/null; echo x >> plain/sparse
        printf data > plain/preallocated
        fallocate -n -l 200000 plain/preallocated 2>/dev/null || true
        fallocate -l 100000 plain/unwritten 2>/dev/null || head -c 100000 /dev/zero > plain/unwritten
        for n in 1 2 3; do
          echo $n > plain/shared$n
          python3 - plain/shared$n <<'PY'
        import os, sys
        os.setxattr(sys.argv[1], 'user.large', b'v' * 600)
        os.setxattr(sys.argv[1], 'user.small', b'')
        os.setxattr(sys.argv[1], 'trusted.other', b'abc')
        PY
        done
        python3 - plain <<'PY'
        import os, struct, sys
        def acl(*entries): return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in entries)
        NONE = 0xffffffff
        value = acl((1, 7, NONE), (2, 6, 1000), (4, 5, NONE), (8, 4, 50), (0x10, 7, NONE), (0x20, 0, NONE))
        os.setxattr(sys.argv[1] + '/file', 'system.posix_acl_access', value)
        os.setxattr(sys.argv[1], 'system.posix_acl_default', value)
        PY
        """;

    public static TheoryData<string> Flavours => ["ext4-4k", "ext4-1k", "ext4-debian13", "ext4-128", "ext4-uninit_bg", "ext4-noextent", "ext4-lazy", "ext3", "ext2"];

    [Theory]
    [MemberData(nameof(Flavours))]
    public void Image_EditedByUs_IsReadAndWrittenByTheKernel(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "python3");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        string ours = EditAndList(path, seed: 3, steps: 150);

        using (KernelMount mount = new(path))
        {
            TreeListing.OfFolder(mount.Folder).ShouldBe(ours);
            OutsideTool.Run("sh", "-ec", "cd \"$1\"; i=0; while [ $i -lt 40 ]; do mkdir k$i; echo $i > k$i/file; i=$((i+1)); done; rm -r k1*", "sh", mount.Folder)
                .EnsureSuccess("writing through the kernel");
        }

        E2fsck.ShouldBeSilent(path);
        using FileDevice device = new(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Flavours))]
    public void Image_WrittenByTheKernel_IsReadAndEditedByUs(string flavour)
    {
        OutsideTool.Require("mke2fs", "e2fsck", "python3");
        using ScratchFolder scratch = new();
        string path = Flavour.Of(flavour).Make(scratch);
        string expected;
        using (KernelMount mount = new(path))
        {
            OutsideTool.Run("sh", ["-c", Populate, "sh", mount.Folder], seconds: 300).EnsureSuccess("populating through the kernel");
            expected = TreeListing.OfFolder(mount.Folder);
        }

        using FileDevice device = new(path);
        TreeListing.Of(ExtFileSystem.OpenForReading(device)).ShouldBe(expected);
        ExtCheck.Verify(device).ShouldBeEmpty();

        EditPopulated(device);
        E2fsck.ShouldBeSilent(path);
        ExtCheck.Verify(device).ShouldBeEmpty();
        string edited = TreeListing.Of(ExtFileSystem.OpenForReading(device));
        using KernelMount again = new(path);
        TreeListing.OfFolder(again.Folder).ShouldBe(edited);
    }

    private static string EditAndList(string path, int seed, int steps)
    {
        using FileDevice device = new(path);
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_000, 5));
        RandomEdits edits = new(files, seed);
        edits.Run(steps);
        files.Flush();
        return TreeListing.Of(ExtFileSystem.OpenForReading(device));
    }

    private static void EditPopulated(FileDevice device)
    {
        IFileSystem files = ExtFileSystem.OpenForEditing(device, new UnixTime(1_700_000_001));
        NodeId plain = ModelTree.Find(files, "/plain");
        NodeId htree = ModelTree.Find(files, "/htree");
        for (int i = 0; i < 900; i += 3)
        {
            files.Unlink(htree, $"a-name-long-enough-to-need-many-blocks-{i}");
        }

        for (int i = 0; i < 200; i++)
        {
            files.CreateFile(htree, $"another-name-of-some-length-for-the-index-{i}", new NodeAttributes(0x1A4), [1, 2, 3]);
        }

        // What was preallocated is written into, cut and extended; blocks beyond the end go away with a cut.
        files.WriteAt(ModelTree.Find(files, "/plain/unwritten"), 50_001, new byte[] { 1, 2, 3 });
        files.WriteAt(ModelTree.Find(files, "/plain/preallocated"), 70_000, new byte[] { 4 });
        files.SetLength(ModelTree.Find(files, "/plain/sparse"), 100_000);
        files.WriteContent(ModelTree.Find(files, "/plain/random"), "short"u8);

        // One of three files with the same attributes changes: the block the others share stays as it is.
        files.SetAttribute(ModelTree.Find(files, "/plain/shared2"), "user.large", new byte[700]);
        files.Unlink(plain, "shared3");
        files.Unlink(plain, "hard");
        files.Unlink(plain, "null");
        files.Unlink(plain, "fifo");
        files.Unlink(plain, "long-link");
        files.SetPermissions(ModelTree.Find(files, "/plain/file"), 0x1C0);
        NodeId made = files.CreateFile(plain, "inherits", new NodeAttributes(0x1B0, 5, 6), "acl"u8);
        files.GetAttributes(made).ShouldContain(a => a.Name == "system.posix_acl_access");
        NodeId inner = files.CreateDirectory(ModelTree.Find(files, "/setgid"), "inner", new NodeAttributes(0x1C0));
        files.Stat(inner).GroupId.ShouldBe(77u);
        files.Stat(inner).Permissions.ShouldBe(0x5C0);
        files.Flush();
    }
}
