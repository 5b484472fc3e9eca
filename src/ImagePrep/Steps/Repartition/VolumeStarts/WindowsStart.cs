using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Fat;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition.VolumeStarts;

/// <summary>
/// Recognises partitions that Windows starts from. Its boot configuration (BCD) names the disk signature and the byte at which a partition begins:
/// after a move it stops with 0xC0000225, whatever the boot sector says.
/// </summary>
internal static class WindowsStart
{
    /// <summary>What Windows' own boot sector code loads; mkfs.ntfs writes code that says "not a bootable disk" instead.</summary>
    private static readonly byte[][] Loaders = [[.. "BOOTMGR"u8], [.. "NTLDR"u8]];

    private static readonly string[][] BootFiles = [["EFI", "Microsoft", "Boot", "BCD"], ["Boot", "BCD"], ["bootmgr"], ["ntldr"]];

    public static void Refuse(IBlockReader volume, byte[] boot, Partition partition)
    {
        bool isNtfs = NtfsStart.IsNtfs(boot);
        bool startsWindows = (isNtfs && partition.IsActive)
            || (isNtfs && Loaders.Any(name => boot.AsSpan().IndexOf(name) >= 0))
            || (FatFileSystem.IsFat(volume) && HoldsBootFiles(volume));
        if (startsWindows)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                "Windows boot volume",
                $"{partition} would have to move, but Windows starts from it and its boot configuration names the place: it would not start afterwards. "
                + "Align it with the system's own tools, or leave the repartition step out of the recipe.");
        }
    }

    /// <summary>A damaged file system is told when it is opened to edit; here it is enough that nothing was found.</summary>
    private static bool HoldsBootFiles(IBlockReader volume)
    {
        try
        {
            return FileSystemDriver.Find(volume) is { } driver && driver.OpenForReading(volume) is var files && BootFiles.Any(path => Exists(files, path));
        }
        catch (Exception exception) when (exception is CorruptImageException or UnsupportedImageException)
        {
            return false;
        }
    }

    private static bool Exists(IFileSystemReader files, string[] path)
    {
        NodeId node = files.Root;
        return path.All(name => files.Stat(node).Kind == NodeKind.Directory && files.TryLookup(node, name, out node));
    }
}
