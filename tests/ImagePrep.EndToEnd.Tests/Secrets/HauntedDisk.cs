using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ImagePrep.Storage.Blocks;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Secrets;

/// <summary>
/// A disk that had another owner: every byte that making tables and file systems did not write still holds <see cref="Remains"/>, so that places nobody thought of
/// are tried too. On it the tools and the kernel leave markers where deleting does.
/// </summary>
internal abstract class HauntedDisk(ScratchFolder scratch)
{
    protected const int SectorSize = 512;

    private const int Stride = 64;

    /// <summary>In the base every <see cref="Stride"/> bytes.</summary>
    public byte[] Remains { get; } = Encoding.ASCII.GetBytes(new Markers().New("everywhere"));

    public Markers Markers { get; } = new();

    /// <summary>The finished base.</summary>
    public string Path { get; protected set; } = scratch.File("base.raw");

    protected ScratchFolder Scratch { get; } = scratch;

    /// <summary>Where a boot loader may be that nobody can recognise, by partition number; 0 is the disk. In bytes from there.</summary>
    public abstract IReadOnlyList<(int Number, ByteRange Range)> KeptForBootLoaders { get; }

    protected void MakeFilled(long length)
    {
        byte[] megabyte = new byte[1 << 20];
        for (int at = 0; at < megabyte.Length; at += Stride)
        {
            Remains.CopyTo(megabyte, at);
        }

        using FileStream file = File.Create(Path);
        for (long at = 0; at < length; at += megabyte.Length)
        {
            file.Write(megabyte);
        }
    }

    /// <summary>Nothing is discarded or cleared beforehand, and initialising is left to a kernel that does not do it, as after quick installations.</summary>
    protected void MakeExt(long sector, string size, string folder, params string[] options) => OutsideTool.Run(
        "mke2fs",
        ["-q", "-F", "-E", $"offset={sector * SectorSize},nodiscard,lazy_itable_init=1,lazy_journal_init=1", "-d", folder, .. options, Path, size]).EnsureSuccess("mke2fs");

    /// <summary>A folder for mke2fs: the guest, and a file whose last block has room for <see cref="HauntSlack"/>.</summary>
    protected string GuestFolder(string fstab)
    {
        string folder = Scratch.File("guest");
        SmallGuest.WriteTo(folder, fstab);
        File.WriteAllText(System.IO.Path.Combine(folder, "etc/short"), "public\n");
        return folder;
    }

    /// <summary>Where no tool writes: behind the end of a file, and behind the last group descriptor.</summary>
    protected void HauntSlack(string name, long sector, int blockSize, int firstDataBlock)
    {
        string found = OutsideTool.Run("debugfs", "-R", "bmap /etc/short 0", $"{Path}?offset={sector * SectorSize}").EnsureSuccess("debugfs").Output;
        Match block = Regex.Match(found, @"^(?<block>\d+)", RegexOptions.NonBacktracking | RegexOptions.Multiline);
        long number = long.Parse(block.Groups["block"].Value, CultureInfo.InvariantCulture);
        Write((sector * SectorSize) + (number * blockSize) + 200, Markers.New($"{name}: slack of a file"));
        Write((sector * SectorSize) + ((firstDataBlock + 2L) * blockSize) - Stride, Markers.New($"{name}: behind the group descriptors"));
    }

    protected void Write(long offset, string text) => Write(offset, Encoding.ASCII.GetBytes(text));

    protected void Write(long offset, byte[] bytes)
    {
        using RawFile disk = RawFile.Open(Path);
        disk.WriteAt(offset, bytes);
    }

    protected byte[] Read(long offset, int length)
    {
        using RawFile disk = RawFile.Open(Path);
        return disk.ReadBytes(offset, length);
    }

    protected KernelMount Mount(long sector, long sectors, string options = "noinit_itable") =>
        new(Path, $"rw,{options},offset={sector * SectorSize},sizelimit={sectors * SectorSize}");

    /// <summary>A file that is in use, whose content is memory of a machine that was stopped.</summary>
    protected void MakeSwapFile(string path)
    {
        byte[] memory = new byte[1 << 20];
        Encoding.ASCII.GetBytes(Markers.NewText("swap file", 5)).CopyTo(memory, 300_000);
        File.WriteAllBytes(path, memory);
        OutsideTool.Run("mkswap", path).EnsureSuccess("mkswap");
        OutsideTool.Run("chmod", "600", path).EnsureSuccess("chmod");
    }

    /// <summary>Writes what is secret, lets the kernel store it, and deletes it again: everything an ext file system can keep of files.</summary>
    protected void WriteAndDelete(string name, string folder)
    {
        string place = $"{name}: deleted by the kernel";
        string root = Directory.CreateDirectory(System.IO.Path.Combine(folder, "srv")).FullName;
        string At(string file) => System.IO.Path.Combine(root, file);
        for (int i = 0; i < 4; i++)
        {
            File.WriteAllText(At($"content{i}"), Markers.NewText($"{place}, content", 75));
        }

        string names = Directory.CreateDirectory(At("names")).FullName;
        for (int i = 0; i < 60; i++)
        {
            File.WriteAllText(System.IO.Path.Combine(names, Markers.New($"{place}, name")), "");
            File.WriteAllText(System.IO.Path.Combine(names, $"kept-{i}"), "");
        }

        File.CreateSymbolicLink(At("long"), Markers.NewText($"{place}, target of a long link"));
        File.CreateSymbolicLink(At("short"), Markers.New($"{place}, target of a short link"));
        File.WriteAllText(At("attributes"), "");
        Attribute(At("attributes"), "user.short", Markers.New($"{place}, attribute"));
        Attribute(At("attributes"), "user.long", Markers.NewText($"{place}, attribute block", 2));
        File.WriteAllText(At("cut"), Markers.NewText($"{place}, what a file was cut by", 75));
        using (FileStream sparse = File.Create(At("sparse")))
        {
            sparse.Position = 3_000_000;
            sparse.Write(Encoding.ASCII.GetBytes(Markers.NewText($"{place}, tail of a sparse file")));
        }

        OutsideTool.Run("sync", "-f", folder).EnsureSuccess("sync");
        using (FileStream cut = File.OpenWrite(At("cut")))
        {
            cut.SetLength(20);
        }

        File.WriteAllText(At("cut"), "public");
        foreach (string path in Directory.GetFiles(root).Where(path => !path.EndsWith("/cut", StringComparison.Ordinal)).Concat(Directory.GetFiles(names)))
        {
            if (!System.IO.Path.GetFileName(path).StartsWith("kept-", StringComparison.Ordinal))
            {
                File.Delete(path);
            }
        }

        OutsideTool.Run("sync", "-f", folder).EnsureSuccess("sync");
    }

    /// <summary>
    /// A change that is in the journal alone: committed and not written back. The file is gone by a second transaction, which replaying has to do as well.
    /// </summary>
    protected void CommitAndDelete(string name, string folder)
    {
        string path = System.IO.Path.Combine(folder, "committed");
        File.WriteAllText(path, Markers.NewText($"{name}: journal", 10));
        OutsideTool.Run("sync", path).EnsureSuccess("sync");
        File.Delete(path);
        File.WriteAllText(System.IO.Path.Combine(folder, "last"), "public");
        OutsideTool.Run("sync", System.IO.Path.Combine(folder, "last")).EnsureSuccess("sync");
    }

    private static void Attribute(string path, string name, string value) =>
        OutsideTool.Run("setfattr", "-n", name, "-v", value, path).EnsureSuccess("setfattr");
}
