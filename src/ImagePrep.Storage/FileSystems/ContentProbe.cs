using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Recognition;
using ImagePrep.Storage.FileSystems.Swap;

namespace ImagePrep.Storage.FileSystems;

/// <summary>
/// Recognises what lies in a partition, or on a disk without a table, by its magic numbers, to name it: file systems that have a
/// <see cref="FileSystemDriver"/>, and others. Only the file system's own code decides whether it can be used.
/// </summary>
public static class ContentProbe
{
    /// <inheritdoc cref="Identify"/>
    /// <returns>The type alone.</returns>
    public static string Recognise(IBlockReader device) => Identify(device).Type;

    /// <summary>Names what a device holds. A part of something larger (a RAID member, an encrypted volume) is never taken for what shows through it.</summary>
    /// <exception cref="UnsupportedImageException">Two file systems claim the device, one of them handled: only its maker knows which of them counts.</exception>
    public static ContentIdentity Identify(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if ((VolumeMarks.Find(device) ?? RaidMember.Find(device) ?? ZfsMember.Find(device)) is { } volume)
        {
            return volume;
        }

        ContentIdentity? other = FileSystemMarks.Find(device);
        FileSystemDriver? driver = FileSystemDriver.Claiming(device);
        if (other is not null && driver is not null)
        {
            throw FileSystemDriver.Ambiguous([other.Type, driver.Type]);
        }

        return other
            ?? (driver is null ? null : new ContentIdentity(driver.Type))
            ?? (SwapArea.TryRead(device, out SwapArea? swap) ? new ContentIdentity("swap", swap!.Uuid, swap.Label) : ContentIdentity.Unknown);
    }
}
