using ImagePrep.Storage.Tests.FileSystems.Ext;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Determinism;

/// <summary>A base by name: where it is, and what the program needs to know of it.</summary>
internal sealed record ShapedBase(string Path, params string[] Options)
{
    public string Recipe { get; init; } = "debian-12";
}

/// <summary>Small bases of every shape: each kind of ext file system on a whole disk, and disks that differ in table, sectors, container or how they were left.</summary>
internal static class BaseShapes
{
    private const int SectorSize = 512;

    /// <summary>For file systems without extended attributes, which the recipe for the guest needs: they are edited by erasing alone.</summary>
    private const string EraseOnly = "name: erase\nsummary: Nothing but erasing\nsteps:\n  repartition: {}\n";

    private static readonly HashSet<string> WithoutAttributes = ["ext4-noext_attr", "ext2-revision-0", "ext2-revision-0-4k"];

    private static readonly Dictionary<string, Func<ScratchFolder, ShapedBase>> Disks = new(StringComparer.Ordinal)
    {
        ["mbr-logical"] = scratch => Partitioned(scratch, "label: dos\nlabel-id: 0x20250101\n1 : start=63, size=2000, type=83\n2 : start=3000, size=150000, type=5\n5 : start=3063, size=131072, type=83\n", 3063),
        ["gpt-esp"] = WithEsp,
        ["gpt-4096"] = WithLargeSectors,
        ["qcow2"] = scratch => Converted(scratch),
        ["qcow2-zlib"] = scratch => Converted(scratch, "-c"),
        ["qcow2-zstd"] = scratch => Converted(scratch, "-c", "-o", "compression_type=zstd"),
        ["backing"] = WithBacking,
        ["dirty"] = Dirty,
    };

    /// <summary>One of each kind that is made or edited differently.</summary>
    public static TheoryData<string> Sample => [.. Disks.Keys, "ext4-debian13", "ext4-64k", "ext4-inline", "ext2", "ext3"];

    public static TheoryData<string> All => [.. Disks.Keys, .. Flavour.All.Select(flavour => flavour.Name)];

    public static ShapedBase Make(string name, ScratchFolder scratch) => Disks.TryGetValue(name, out Func<ScratchFolder, ShapedBase>? make)
        ? make(scratch)
        : new ShapedBase(Flavour.Of(name).Make(scratch, Guest(scratch))) { Recipe = WithoutAttributes.Contains(name) ? EraseOnlyRecipe(scratch) : "debian-12" };

    private static string EraseOnlyRecipe(ScratchFolder scratch)
    {
        string path = scratch.File("erase.yaml");
        File.WriteAllText(path, EraseOnly);
        return path;
    }

    private static string Guest(ScratchFolder scratch)
    {
        string folder = scratch.File("guest");
        SmallGuest.WriteTo(folder);
        return folder;
    }

    private static ShapedBase Partitioned(ScratchFolder scratch, string script, long sector)
    {
        string path = scratch.File("disk.img");
        PartitioningTools.MakeWithSfdisk(path, 80 << 20, script).Dispose();
        PutRoot(scratch, path, sector * SectorSize);
        return new ShapedBase(path);
    }

    private static ShapedBase WithEsp(ScratchFolder scratch)
    {
        const int esp = 40;
        const int root = 30_001;
        string path = scratch.File("disk.img");
        PartitioningTools.MakeWithSgdisk(path, 60 << 20, "-a", "1", "-n", $"1:{esp}:+10M", "-t", "1:ef00", "-n", $"2:{root}:+40M").Dispose();
        OutsideTool.Run("mkfs.fat", "-F", "12", "--offset", $"{esp}", path, "8000").EnsureSuccess("mkfs.fat");
        OutsideTool.Run("mcopy", "-i", $"{path}@@{esp * SectorSize}", Repository.File("cake.config"), "::loader.cfg").EnsureSuccess("mcopy");
        PutRoot(scratch, path, root * SectorSize);
        return new ShapedBase(path);
    }

    /// <summary>Of the tools, only fdisk makes such a disk without one.</summary>
    private static ShapedBase WithLargeSectors(ScratchFolder scratch)
    {
        const int sectorSize = 4096;
        const int first = 300;
        string path = scratch.File("disk.img");
        RawFile.Create(path, 80 << 20).Dispose();
        OutsideTool.Run("fdisk", ["-b", $"{sectorSize}", path], input: System.Text.Encoding.ASCII.GetBytes($"g\nn\n1\n{first}\n+40M\nw\n")).EnsureSuccess("fdisk");
        PutRoot(scratch, path, first * sectorSize);
        return new ShapedBase(path);
    }

    private static void PutRoot(ScratchFolder scratch, string disk, long offset) =>
        OutsideTool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-E", $"offset={offset}", "-d", Guest(scratch), disk, "38M").EnsureSuccess("mke2fs");

    private static ShapedBase Converted(ScratchFolder scratch, params string[] options)
    {
        string path = scratch.File("disk.qcow2");
        OutsideTool.Run("qemu-img", ["convert", "-O", "qcow2", .. options, Make("ext4-2k", scratch).Path, path]).EnsureSuccess("qemu-img convert");
        return new ShapedBase(path);
    }

    private static ShapedBase WithBacking(ScratchFolder scratch)
    {
        string below = Make("ext4-2k", scratch).Path;
        string path = scratch.File("overlay.qcow2");
        OutsideTool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", below, "-F", "raw", path).EnsureSuccess("qemu-img create");
        return new ShapedBase(path, "--backing", below);
    }

    /// <summary>Copied while the kernel has it mounted: its journal is to be replayed, and a file without a name to be released.</summary>
    private static ShapedBase Dirty(ScratchFolder scratch)
    {
        string mounted = Make("ext4-1k", scratch).Path;
        string path = scratch.File("cut.img");
        using KernelMount mount = new(mounted);
        using FileStream orphan = File.Create(mount.File("orphan"));
        orphan.Write(new byte[50_000]);
        File.Delete(mount.File("orphan"));
        for (int i = 0; i < 50; i++)
        {
            File.WriteAllText(mount.File($"file-{i}"), new string('x', i * 100));
        }

        OutsideTool.Run("sync", mount.File("file-49")).EnsureSuccess("sync");
        File.Copy(mounted, path);
        return new ShapedBase(path);
    }
}
