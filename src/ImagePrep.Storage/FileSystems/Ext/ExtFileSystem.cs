using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Journal;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>Opens ext2, ext3 and ext4 file systems. Opening never writes.</summary>
/// <remarks>
/// Checksums are verified wherever they exist and written wherever they belong. A file system is edited only when it is clean, its journal is
/// empty and every feature it has is known; feature bits are never added. docs/formats/ext.md lists what is handled.
/// </remarks>
public static class ExtFileSystem
{
    /// <summary>Whether a device starts with something that looks like an ext superblock.</summary>
    public static bool IsExt(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Length >= Superblock.Location + Superblock.Size
            && Superblock.LooksLikeOne(device.ReadBytes(Superblock.Location, Superblock.Size));
    }

    /// <exception cref="CorruptImageException">Superblock or group descriptors are damaged.</exception>
    /// <exception cref="UnsupportedImageException">The file system has a feature that cannot be read, or waits for its journal to be replayed.</exception>
    public static IFileSystemReader OpenForReading(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new ExtReader(Volume.Open(device));
    }

    /// <param name="device">Changes are made in place; give an overlay to keep the base untouched.</param>
    /// <param name="writeTime">The time of every change.</param>
    /// <exception cref="CorruptImageException">Superblock, group descriptors or journal are damaged.</exception>
    /// <exception cref="UnsupportedImageException">The file system is not clean, or has a feature that is not handled for writing.</exception>
    public static IFileSystem OpenForEditing(IBlockDevice device, UnixTime writeTime)
    {
        ArgumentNullException.ThrowIfNull(device);
        Volume volume = Volume.Open(device);
        FeatureGate.CheckWritable(volume.Superblock);
        MmpBlock.CheckClean(volume);
        InternalJournal.Load(volume)?.CheckEmpty();
        return new ExtEditor(new EditSession(volume, device, writeTime));
    }
}
