using System.Text;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>
/// Services say only at debug level whether a seed is credited, so the kernel command line in grub.cfg gets one word more. Nothing else of a disk is
/// touched. The edit is made with the engine under test, which the boot then judges as well.
/// </summary>
internal static class DebugLog
{
    public static void AddTo(string disk)
    {
        using FileDevice device = new(disk);
        foreach (Partition partition in PartitionTable.Read(device).Partitions)
        {
            BlockDeviceSlice slice = new(device, partition.Range);
            if (ExtFileSystem.IsExt(slice) && Edit(ExtFileSystem.OpenForEditing(slice, new UnixTime(1_700_000_000))))
            {
                return;
            }
        }

        throw new InvalidOperationException("No file system of the disk holds grub/grub.cfg.");
    }

    private static bool Edit(IFileSystem fileSystem)
    {
        // With a /boot of its own the folder is at the top, else below /boot.
        NodeId folder = fileSystem.TryLookup(fileSystem.Root, "boot", out NodeId boot) && fileSystem.Stat(boot).Kind == NodeKind.Directory ? boot : fileSystem.Root;
        if (!fileSystem.TryLookup(folder, "grub", out NodeId grub) || !fileSystem.TryLookup(grub, "grub.cfg", out NodeId file))
        {
            return false;
        }

        byte[] content = new byte[fileSystem.Stat(file).Size];
        fileSystem.Read(file, 0, content);
        string text = Encoding.UTF8.GetString(content);
        string changed = text.Replace("console=ttyS0", "systemd.setenv=SYSTEMD_LOG_LEVEL=debug console=ttyS0", StringComparison.Ordinal);
        changed.ShouldNotBe(text);
        fileSystem.WriteContent(file, Encoding.UTF8.GetBytes(changed));
        fileSystem.Flush();
        return true;
    }
}
