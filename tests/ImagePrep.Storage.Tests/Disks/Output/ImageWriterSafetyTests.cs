using System.Diagnostics;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Output;

/// <summary>An output appears complete or not at all, and nothing is left behind.</summary>
public sealed class ImageWriterSafetyTests
{
    private static readonly byte[] Content = DiskContent.Sparse(9 << 20, seed: 4);

    [Fact]
    public void Write_NameIsTaken_ThrowsAndLeavesTheFile()
    {
        using ScratchFolder scratch = new();
        File.WriteAllText(scratch.File("out"), "mine");

        IOException thrown = Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(Content), scratch.File("out")));

        thrown.Message.ShouldContain("exists already");
        File.ReadAllText(scratch.File("out")).ShouldBe("mine");
        FilesIn(scratch).ShouldBe(["out"]);
    }

    [Fact]
    public void Write_NameAppearsMeanwhile_ThrowsAndLeavesTheFile()
    {
        using ScratchFolder scratch = new();
        OutputOptions options = new() { Verify = _ => File.WriteAllText(scratch.File("out"), "mine") };

        Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(Content), scratch.File("out"), options));

        File.ReadAllText(scratch.File("out")).ShouldBe("mine");
        FilesIn(scratch).ShouldBe(["out"]);
    }

    [Fact]
    public void Write_Overwrite_ReplacesOnlyAtTheEnd()
    {
        using ScratchFolder scratch = new();
        File.WriteAllText(scratch.File("out"), "old");
        string seen = "";
        OutputOptions options = new() { Overwrite = true, Verify = _ => seen = File.ReadAllText(scratch.File("out")) };

        ImageWriter.Write(new MemoryDevice(Content), scratch.File("out"), options);

        seen.ShouldBe("old");
        QemuImg.ShouldBeClean(scratch.File("out"));
        FilesIn(scratch).ShouldBe(["out"]);
    }

    [Fact]
    public void Write_VerifySeesTheCompleteFile_AndItsExceptionPreventsTheName()
    {
        using ScratchFolder scratch = new();
        bool identical = false;
        OutputOptions options = new()
        {
            Verify = temporary =>
            {
                using DiskImage image = DiskImage.Open(temporary);
                identical = image.ReadBytes(0, Content.Length).AsSpan().SequenceEqual(Content);
                throw new InvalidOperationException("not good enough");
            },
        };

        Should.Throw<InvalidOperationException>(() => ImageWriter.Write(new MemoryDevice(Content), scratch.File("out"), options)).Message.ShouldBe("not good enough");

        identical.ShouldBeTrue();
        FilesIn(scratch).ShouldBeEmpty();
    }

    [Fact]
    public void Write_Cancelled_LeavesNothing()
    {
        using ScratchFolder scratch = new();
        using CancellationTokenSource cancel = new();
        int reads = 0;
        FaultyReader reader = new(Content, () =>
        {
            if (Interlocked.Increment(ref reads) == 60)
            {
                cancel.Cancel();
            }
        });

        Should.Throw<OperationCanceledException>(() => ImageWriter.Write(reader, scratch.File("out"), cancellation: cancel.Token));

        reads.ShouldBeGreaterThanOrEqualTo(60);
        FilesIn(scratch).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(85)]
    public void Write_SourceFails_ThrowsItsExceptionAndLeavesNothing(int failAt)
    {
        using ScratchFolder scratch = new();
        int reads = 0;
        FaultyReader reader = new(Content, () =>
        {
            if (Interlocked.Increment(ref reads) >= failAt)
            {
                throw CorruptImageException.Loop("test", "walk", 1);
            }
        });

        Should.Throw<CorruptImageException>(() => ImageWriter.Write(reader, scratch.File("out")));

        FilesIn(scratch).ShouldBeEmpty();
    }

    [Fact]
    public void Write_LeftoversOfDeadRuns_AreRemovedAndOthersKept()
    {
        using ScratchFolder scratch = new();
        using Process dead = Process.Start(new ProcessStartInfo("/bin/true") { UseShellExecute = false })!;
        dead.WaitForExit();
        using Process alive = Process.Start(new ProcessStartInfo("/bin/sleep", "60") { UseShellExecute = false })!;
        try
        {
            string[] gone = [$".out.partial-{dead.Id}", $".out.partial-{Environment.ProcessId}"];
            string[] kept = [$".out.partial-{alive.Id}", $".other.partial-{dead.Id}", ".out.partial-x"];
            foreach (string name in gone.Concat(kept))
            {
                File.WriteAllText(scratch.File(name), "partial");
            }

            ImageWriter.Write(new MemoryDevice(Content), scratch.File("out"));

            FilesIn(scratch).ShouldBe([.. kept.Append("out").Order(StringComparer.Ordinal)]);
        }
        finally
        {
            alive.Kill();
        }
    }

    [Fact]
    public void Write_TwoAtOnceToOneName_SecondIsRefused()
    {
        using ScratchFolder scratch = new();
        OutputOptions second = new() { Overwrite = true };
        OutputOptions first = new()
        {
            Verify = _ => Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(Content), scratch.File("out"), second))
                .Message.ShouldContain("is being written already"),
        };

        ImageWriter.Write(new MemoryDevice(Content), scratch.File("out"), first);

        QemuImg.ShouldBeClean(scratch.File("out"));
    }

    [Fact]
    public void Write_FolderIsMissing_Throws()
    {
        using ScratchFolder scratch = new();

        Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(Content), scratch.File("no/such/out"))).Message.ShouldContain("does not exist");
        Should.Throw<IOException>(() => ImageWriter.Write(new MemoryDevice(Content), scratch.Path)).Message.ShouldContain("is a folder");
    }

    [Fact]
    public void Write_Mode_IsThatOfTheFile()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix permissions.");
            return;
        }

        using ScratchFolder scratch = new();

        ImageWriter.Write(new MemoryDevice(Content), scratch.File("out"), new OutputOptions { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite });

        File.GetUnixFileMode(scratch.File("out")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string[] FilesIn(ScratchFolder scratch) =>
        [.. Directory.GetFileSystemEntries(scratch.Path).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    private sealed class FaultyReader(byte[] content, Action onRead) : IBlockReader
    {
        public long Length => content.Length;

        public void ReadAt(long offset, Span<byte> destination)
        {
            onRead();
            content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }

        public ByteRange NextData(long offset) => ByteRange.FromBounds(Math.Min(offset, Length), Length);
    }
}
