using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.Partitions;
using ImagePrep.TestKit;

namespace ImagePrep.EndToEnd.Tests.Prepare;

/// <summary>
/// The seed service says only at debug level whether a seed is credited, so it gets a drop-in with that level. The edit is made with the engine under
/// test, which the boot then judges as well.
/// </summary>
internal static class DebugLog
{
    private static readonly byte[] DropIn = "[Service]\nEnvironment=SYSTEMD_LOG_LEVEL=debug\n"u8.ToArray();

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

        throw new InvalidOperationException("No file system of the disk holds the prepared seed service.");
    }

    /// <summary>The service has a folder for drop-ins on a prepared disk.</summary>
    private static bool Edit(IFileSystem fileSystem)
    {
        NodeId folder = fileSystem.Root;
        foreach (string name in (string[])["etc", "systemd", "system", "systemd-random-seed.service.d"])
        {
            if (!fileSystem.TryLookup(folder, name, out folder))
            {
                return false;
            }
        }

        fileSystem.CreateFile(folder, "99-debug.conf", new NodeAttributes(0b110_100_100), DropIn);
        fileSystem.Flush();
        return true;
    }
}
