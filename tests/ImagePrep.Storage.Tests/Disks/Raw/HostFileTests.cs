using System.Diagnostics;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.Storage.Errors;
using ImagePrep.TestKit;

namespace ImagePrep.Storage.Tests.Disks.Raw;

public sealed class HostFileTests
{
    [Fact]
    public void NextData_SparseFile_SkipsHoles()
    {
        using ScratchFolder scratch = new();
        byte[] content = new byte[8 << 20];
        content.AsSpan(1 << 20, 5000).Fill(1);
        content.AsSpan(6 << 20, 5000).Fill(2);
        using (FileStream file = File.Create(scratch.File("disk")))
        {
            file.SetLength(content.Length);
            file.Position = 1 << 20;
            file.Write(content, 1 << 20, 5000);
            file.Position = 6 << 20;
            file.Write(content, 6 << 20, 5000);
        }

        using DiskImage image = DiskImage.Open(scratch.File("disk"), DiskFormat.Raw);

        image.ShouldRead(content);
        image.DataRanges(new ByteRange(0, image.Length)).Sum(r => r.Length).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void Open_NotAFile_SaysWhatItIs()
    {
        using ScratchFolder scratch = new();
        OutsideTool.Run("mkfifo", scratch.File("pipe")).EnsureSuccess("mkfifo");

        Should.Throw<IOException>(() => DiskImage.Open(scratch.Path)).Message.ShouldContain("is a folder");
        Should.Throw<IOException>(() => DiskImage.Open(scratch.File("pipe"))).Message.ShouldContain("pipe");
        Should.Throw<IOException>(() => DiskImage.Open("/dev/null")).Message.ShouldContain("character device");
        Should.Throw<FileNotFoundException>(() => DiskImage.Open(scratch.File("none"))).Message.ShouldContain("does not exist");
    }

    [Fact]
    public void Open_BlockDevice_HasItsLength()
    {
        using ScratchFolder scratch = new();
        byte[] content = DiskContent.Sparse(4 << 20, 9);
        DiskContent.WriteRaw(scratch.File("disk"), content);
        ToolResult loop = OutsideTool.Run("losetup", "--show", "-f", "-r", scratch.File("disk"));
        if (loop.ExitCode != 0)
        {
            Assert.Skip($"no loop device to test with: {loop.Error.Trim()}");
        }

        try
        {
            using DiskImage image = DiskImage.Open(loop.Output.Trim(), DiskFormat.Raw);
            image.ShouldRead(content);
        }
        finally
        {
            OutsideTool.Run("losetup", "-d", loop.Output.Trim());
        }
    }

    [Fact]
    public void ReadAt_FileBecameShorter_Throws()
    {
        using ScratchFolder scratch = new();
        DiskContent.WriteRaw(scratch.File("disk"), DiskContent.Sparse(1 << 20, 9));
        using DiskImage image = DiskImage.Open(scratch.File("disk"), DiskFormat.Raw);
        OutsideTool.Run("truncate", "-s", "1000", scratch.File("disk")).EnsureSuccess("truncate");

        Should.Throw<IOException>(() => image.ReadBytes(500, 1000)).Message.ShouldContain("became shorter");
        Should.Throw<IOException>(image.VerifyUnchanged).Message.ShouldContain("was changed");
    }

    [Fact]
    public void VerifyUnchanged_FileWasWrittenTo_Throws()
    {
        using ScratchFolder scratch = new();
        DiskContent.WriteRaw(scratch.File("disk"), DiskContent.Sparse(1 << 20, 9));
        File.SetLastWriteTimeUtc(scratch.File("disk"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        using DiskImage image = DiskImage.Open(scratch.File("disk"), DiskFormat.Raw);
        image.VerifyUnchanged();

        OutsideTool.Run("dd", "if=/dev/zero", $"of={scratch.File("disk")}", "bs=1", "count=1", "conv=notrunc").EnsureSuccess("dd");

        Should.Throw<IOException>(image.VerifyUnchanged);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public void Open_HeldByAWritingProgram_IsRefused(string format)
    {
        using ScratchFolder scratch = new();
        string path = Image(scratch, format);
        using QemuHolder holder = QemuHolder.Start(format, path, readOnly: false);

        UnsupportedImageException thrown = Should.Throw<UnsupportedImageException>(() => DiskImage.Open(path, Enum.Parse<DiskFormat>(format, ignoreCase: true)));

        thrown.Kind.ShouldBe(UnsupportedKind.InUse);
        thrown.Message.ShouldContain(path);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public void Open_HeldByReaders_Works(string format)
    {
        using ScratchFolder scratch = new();
        string path = Image(scratch, format);
        using QemuHolder holder = QemuHolder.Start(format, path, readOnly: true);

        using DiskImage first = DiskImage.Open(path, Enum.Parse<DiskFormat>(format, ignoreCase: true));
        using DiskImage second = DiskImage.Open(path, Enum.Parse<DiskFormat>(format, ignoreCase: true));

        first.ReadBytes(0, 512).ShouldBe(second.ReadBytes(0, 512));
    }

    [Fact]
    public void Open_WhileItIsOpen_AWritingProgramIsRefusedByItsOwnRules()
    {
        using ScratchFolder scratch = new();
        string path = Image(scratch, "qcow2");
        using (DiskImage.Open(path))
        {
            OutsideTool.Run("qemu-io", "-f", "qcow2", "-c", "write 0 512", path).Error.ShouldContain("lock");
        }

        OutsideTool.Run("qemu-io", "-f", "qcow2", "-c", "write 0 512", path).EnsureSuccess("qemu-io after the image was closed");
    }

    [Fact]
    public void Open_HeldByARunningMachine_IsRefused()
    {
        OutsideTool.Require("qemu-system-x86_64");
        using ScratchFolder scratch = new();
        string path = Image(scratch, "qcow2");
        using QemuHolder holder = QemuHolder.StartMachine(path);

        Should.Throw<UnsupportedImageException>(() => DiskImage.Open(path)).Kind.ShouldBe(UnsupportedKind.InUse);
    }

    private static string Image(ScratchFolder scratch, string format)
    {
        string path = scratch.File("disk");
        OutsideTool.Run("qemu-img", "create", "-q", "-f", format, path, "1M").EnsureSuccess("qemu-img create");
        return path;
    }

    /// <summary>A QEMU program that keeps an image open until disposed.</summary>
    private sealed class QemuHolder : IDisposable
    {
        private readonly Process _process;

        private QemuHolder(string program, params string[] arguments)
        {
            ProcessStartInfo start = new(OutsideTool.Find(program)!)
            {
                UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            foreach (string argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }

            _process = Process.Start(start)!;
        }

        public static QemuHolder Start(string format, string path, bool readOnly)
        {
            OutsideTool.Require("qemu-io");
            QemuHolder holder = new("qemu-io", [.. new[] { readOnly ? "-r" : "" }.Where(a => a.Length > 0), "-f", format, path]);

            // It answers a command once the image is open.
            holder._process.StandardInput.WriteLine("length");
            holder._process.StandardInput.Flush();
            holder._process.StandardOutput.ReadLine().ShouldNotBeNull();
            return holder;
        }

        public static QemuHolder StartMachine(string path)
        {
            QemuHolder holder = new(
                "qemu-system-x86_64", "-accel", "tcg", "-S", "-display", "none", "-nodefaults", "-monitor", "none", "-qmp", "stdio",
                "-drive", $"file={path},format=qcow2,if=virtio");

            // The greeting comes when the machine, drives included, is set up.
            holder._process.StandardOutput.ReadLine().ShouldNotBeNull().ShouldContain("QMP");
            return holder;
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
