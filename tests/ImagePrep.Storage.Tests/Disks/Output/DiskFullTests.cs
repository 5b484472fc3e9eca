using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Output;

/// <summary>Where the output does not fit. A small tmpfs needs root; without it these tests are skipped.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public void Write_LessFreeThanNeeded_SaysHowMuchAndLeavesNothing()
    {
        using SmallFileSystem small = SmallFileSystem.Mount("4m");
        byte[] content = DiskContent.Sparse(16 << 20, 1);

        IOException thrown = Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(content), small.File("out.qcow2")));

        thrown.Message.ShouldContain("does not fit");
        thrown.Message.ShouldContain("bytes are free");
        Directory.GetFileSystemEntries(small.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Write_SpaceVanishesMeanwhile_SaysSoAndLeavesNothing()
    {
        using SmallFileSystem small = SmallFileSystem.Mount("32m");
        byte[] content = new byte[16 << 20];
        new Random(1).NextBytes(content);
        bool filled = false;
        Greedy reader = new(content, () =>
        {
            // Past the first look, at the first copied chunk.
            if (!filled)
            {
                filled = true;
                File.WriteAllBytes(small.File("other"), new byte[24 << 20]);
            }
        });

        IOException thrown = Should.Throw<IOException>(() => ImageWriter.Write(reader, small.File("out.qcow2"), new OutputOptions { Workers = 1 }));

        thrown.Message.ShouldContain("does not fit");
        Directory.GetFileSystemEntries(small.Path).ShouldBe([small.File("other")]);
    }

    [Fact]
    public void Overlay_NoSpace_SaysSoAndLeavesNothing()
    {
        using SmallFileSystem small = SmallFileSystem.Mount("64k");
        OverlayCluster cluster = new(0, Enumerable.Repeat((byte)1, 65536).ToArray());
        OverlayContent content = new() { BackingFileName = "golden.qcow2", VirtualSize = 1 << 20, Clusters = [cluster] };

        Should.Throw<IOException>(() => OverlayWriter.Write(small.File("node.qcow2"), content)).Message.ShouldContain("does not fit");
        using (OutputBatch batch = new(small.Path))
        {
            Should.Throw<IOException>(() => OverlayWriter.Write(batch, "node.qcow2", content)).Message.ShouldContain("does not fit");
        }

        Directory.GetFileSystemEntries(small.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Write_ReadOnlyFolder_ThrowsAnIOExceptionThatNamesIt()
    {
        using SmallFileSystem small = SmallFileSystem.Mount("1m");
        OutsideTool.Run("mount", "-o", "remount,ro", small.Path).EnsureSuccess("mount -o remount,ro");

        Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(new byte[4096]), small.File("out.qcow2"))).Message.ShouldContain(small.Path);
    }

    [Fact]
    public void Write_FolderWithoutPermission_ThrowsAnIOExceptionThatNamesIt()
    {
        Assert.SkipUnless(Directory.Exists("/sys/kernel"), "no sysfs, the one folder that refuses even root");

        Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(new byte[4096]), "/sys/kernel/out.qcow2")).Message.ShouldContain("/sys/kernel");
    }

    private sealed class Greedy(byte[] content, Action onFirstCopy) : IBlockReader
    {
        public long Length => content.Length;

        public void ReadAt(long offset, Span<byte> destination)
        {
            if (destination.Length > 65536)
            {
                onFirstCopy();
            }

            content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }

        public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);
    }

    private sealed class SmallFileSystem : IDisposable
    {
        private readonly ScratchFolder _scratch = new();

        public string Path => _scratch.Path;

        public static SmallFileSystem Mount(string size)
        {
            SmallFileSystem small = new();
            ToolResult mount = OutsideTool.Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", small.Path);
            if (mount.ExitCode != 0)
            {
                small._scratch.Dispose();
                Assert.Skip($"no tmpfs to test with (needs root): {mount.Error.Trim()}");
            }

            return small;
        }

        public string File(string name) => _scratch.File(name);

        public void Dispose()
        {
            OutsideTool.Run("umount", Path);
            _scratch.Dispose();
        }
    }
}
