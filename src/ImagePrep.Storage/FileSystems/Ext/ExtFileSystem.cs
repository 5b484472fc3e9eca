using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Journal;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>Opens ext2, ext3 and ext4 file systems. Opening never writes.</summary>
/// <remarks>
/// Checksums are verified wherever they exist and written wherever they belong. A file system is edited only when it has no known damage and
/// every feature it has is known; its journal is replayed first, and feature bits are never added. docs/formats/ext.md lists what is handled.
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

    /// <summary>Opens a file system to look at. One that waits for its journal is shown as it will be after replay, which happens in memory.</summary>
    /// <exception cref="CorruptImageException">Superblock, group descriptors or journal are damaged.</exception>
    /// <exception cref="UnsupportedImageException">The file system has a feature that cannot be read.</exception>
    public static IFileSystemReader OpenForReading(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Volume volume = Volume.Open(device);
        return volume.Superblock.Incompat.HasFlag(IncompatFeatures.NeedsRecovery)
            ? new ExtReader(ExtRecovery.Replay(new OverlayDevice(device), out _))
            : new ExtReader(volume);
    }

    /// <summary>Opens a file system to edit. What the last machine left undone is finished first (<see cref="ExtRecovery"/>).</summary>
    /// <param name="device">Changes are made in place; give an overlay to keep the base untouched.</param>
    /// <param name="writeTime">The time of every change.</param>
    /// <exception cref="CorruptImageException">Superblock, group descriptors or journal are damaged.</exception>
    /// <exception cref="UnsupportedImageException">The file system is not clean, or has a feature that is not handled for writing.</exception>
    public static IFileSystem OpenForEditing(IBlockDevice device, UnixTime writeTime) => OpenForEditing(device, writeTime, out _);

    /// <inheritdoc cref="OpenForEditing(IBlockDevice, UnixTime)"/>
    /// <param name="device">Changes are made in place; give an overlay to keep the base untouched.</param>
    /// <param name="writeTime">The time of every change.</param>
    /// <param name="recovery">What had to be finished.</param>
    public static IFileSystem OpenForEditing(IBlockDevice device, UnixTime writeTime, out ExtRecovery recovery)
    {
        ArgumentNullException.ThrowIfNull(device);
        FeatureGate.CheckWritable(Volume.Open(device).Superblock);
        Volume volume = ExtRecovery.Replay(device, out recovery);
        FeatureGate.CheckWritable(volume.Superblock);
        MmpBlock.CheckClean(volume);
        InternalJournal.Load(volume)?.CheckEmpty();
        EditSession session = new(volume, device, writeTime);
        ExtEditor editor = new(session);
        if (volume.Superblock.HasOrphans)
        {
            recovery = editor.FinishOrphans(recovery);
        }

        if (recovery != ExtRecovery.None)
        {
            // While it is mounted the kernel keeps the superblock's free counts elsewhere, and the journal does not have them.
            session.TouchSuperblock();
            session.Flush();
        }

        return editor;
    }
}
