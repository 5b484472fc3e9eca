using ImagePrep.Containers;
using ImagePrep.Pipeline;
using ImagePrep.Recipes;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks;
using ImagePrep.TestKit;

namespace ImagePrep.Tests.Pipeline;

/// <summary>GRUB's core.img where nobody but GRUB knows of it reaches the golden image; remains beside it do not.</summary>
public sealed class GrubCoreErasureTests : IDisposable
{
    private const int MiB = 1 << 20;
    private const int Sector = 512;
    private const int Aligned = 2048;
    private const int FileSystemSectors = 32768;
    private const int Remains = 70_000;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("dos", Aligned, 60_000)] // Behind the last partition.
    [InlineData("gpt", Aligned, 60_000)]
    [InlineData("dos", Aligned, Aligned + 30_000)] // In free blocks.
    [InlineData("dos", 63, 63 + 30_000)] // In free blocks, and moving.
    public void RunAll_GrubCoreInNoOnesSpace_ReachesTheGoldenImage(string label, int start, int core)
    {
        string path = MakeDisk(label, start, core, out int sectors);
        byte[] before = ReadCore(new MemoryDevice(File.ReadAllBytes(path)), core, sectors);
        string output = _scratch.File("out");

        Prepare(path, output);

        using DiskImage golden = DiskImage.Open(Path.Combine(output, PreparationSession.GoldenName), DiskFormat.Qcow2);
        int moved = start == Aligned ? core : core - start + Aligned;
        BitConverter.ToUInt64(golden.ReadBytes(0x5C, 8)).ShouldBe((ulong)moved);
        ReadCore(golden, moved, sectors).ShouldBe(before);
        golden.ReadBytes(Remains * Sector, Sector).ShouldAllBe(value => value == 0);
    }

    /// <summary>Without the first sector's list, which names places.</summary>
    private static byte[] ReadCore(IBlockReader disk, int core, int sectors)
    {
        byte[] bytes = disk.ReadBytes((long)core * Sector, sectors * Sector);
        bytes.AsSpan(0x1F4, sizeof(ulong)).Clear();
        return bytes;
    }

    private static void Prepare(string path, string output)
    {
        PrepareRequest request = new()
        {
            Recipe = RecipeReader.Read("name: realign\nsummary: Moves partitions and nothing else\nsteps:\n  repartition: {}\n", "test"),
            BasePath = path,
            BaseFormat = DeclaredFormat.Raw,
        };
        using StagingFolder staging = new(output);
        using PreparationSession session = new(request, staging, SilentObserver.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        session.RunAll();
    }

    private string MakeDisk(string label, int start, int core, out int sectors)
    {
        OutsideTool.Require("mke2fs", "sfdisk");
        string folder = _scratch.File("root");
        Directory.CreateDirectory(Path.Combine(folder, "etc"));
        Directory.CreateDirectory(Path.Combine(folder, "usr/lib/systemd"));
        File.WriteAllText(Path.Combine(folder, "etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\n");
        File.WriteAllText(Path.Combine(folder, "usr/lib/systemd/systemd"), "elf");
        string root = _scratch.File("ext");
        OutsideTool.Run("mke2fs", ["-q", "-F", "-t", "ext4", "-O", "^has_journal", "-b", "1024", "-d", folder, root, "16M"]).EnsureSuccess("mke2fs");
        string path = _scratch.File("disk.img");
        byte[] disk = new byte[40 * MiB];
        File.ReadAllBytes(root).CopyTo(disk, start * Sector);
        File.WriteAllBytes(path, disk);
        OutsideTool.Run("sfdisk", ["-q", path], input: System.Text.Encoding.ASCII.GetBytes($"label: {label}\nstart={start}, size={FileSystemSectors}\n"))
            .EnsureSuccess("sfdisk");
        disk = File.ReadAllBytes(path);
        sectors = GrubImages.Install(disk, core);
        disk.AsSpan(Remains * Sector, Sector).Fill(0xEE);
        File.WriteAllBytes(path, disk);
        return path;
    }
}
