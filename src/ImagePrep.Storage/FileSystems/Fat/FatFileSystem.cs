using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Checking;
using ImagePrep.Storage.FileSystems.Fat.Editing;
using ImagePrep.Storage.FileSystems.Fat.Structures;

namespace ImagePrep.Storage.FileSystems.Fat;

/// <summary>Opens FAT12, FAT16 and FAT32 file systems, with long names. Opening never writes.</summary>
/// <remarks>
/// FAT has no journal and no checksums, so a file system is edited only when a check of the whole of it finds nothing wrong.
/// docs/formats/fat.md lists what is handled, and where FAT cannot keep what a caller asks.
/// </remarks>
public static class FatFileSystem
{
    /// <summary>Whether a device starts with something that looks like the boot sector of a FAT file system.</summary>
    public static bool IsFat(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Length >= BootSector.Size && BootSector.LooksLikeOne(device.ReadBytes(0, BootSector.Size));
    }

    /// <exception cref="CorruptImageException">The boot sector is damaged.</exception>
    /// <exception cref="UnsupportedImageException">A version or layout that is not known.</exception>
    public static IFileSystemReader OpenForReading(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new FatReader(FatVolume.Open(device));
    }

    /// <param name="device">Changes are made in place; give an overlay to keep the base untouched.</param>
    /// <param name="writeTime">The time of every change, taken as UTC.</param>
    /// <exception cref="CorruptImageException">The boot sector is damaged.</exception>
    /// <exception cref="UnsupportedImageException">The file system is not sound, or its version is not known.</exception>
    public static IFileSystem OpenForEditing(IBlockDevice device, UnixTime writeTime)
    {
        ArgumentNullException.ThrowIfNull(device);
        FatVolume volume = FatVolume.Open(device);
        Problems problems = new();
        new VolumeScan(volume, problems).Run();
        return problems.Found is [string first, ..]
            ? throw new UnsupportedImageException(
                UnsupportedKind.NeedsRepair,
                "FAT file system",
                $"it is not sound, so it is not edited: {first}{(volume.IsMarkedDirty ? " It was not unmounted." : "")} Run fsck.fat -a on it first.")
            : new FatEditor(new FatSession(volume, device, writeTime));
    }
}
