using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Guests;

/// <summary>A partition and what was recognised in it.</summary>
/// <param name="Partition">Its place in the table.</param>
/// <param name="Type">Type name as blkid prints it; empty when nothing is recognised.</param>
/// <param name="FileSystem">The file system, when it is one that can be read.</param>
/// <param name="Editor">The same, opened to edit; null when only looked at.</param>
/// <param name="Refusal">Why it cannot be edited; empty when it can, or when it is no file system of ours.</param>
public sealed record PartitionContent(Partition Partition, string Type, IFileSystemReader? FileSystem, IFileSystem? Editor, string Refusal)
{
    /// <summary>What its last machine left undone, because it was not shut down, and editing finishes; empty when nothing was. Only when looked at.</summary>
    public string Recovery { get; init; } = "";

    /// <summary>What its marks say; the file system, when there is one, knows better.</summary>
    public ContentIdentity Identity { get; init; } = ContentIdentity.Unknown;

    /// <summary>As blkid prints it; empty when there is none, or none at a fixed place.</summary>
    public string Uuid => FileSystem?.Summary.Uuid ?? Identity.Uuid;

    /// <summary>Empty when there is none, or none at a fixed place.</summary>
    public string Label => FileSystem?.Summary.Label ?? Identity.Label;

    /// <summary>Holds something that is known by name alone: it is copied as it is, and nobody looked inside.</summary>
    public bool IsOpaque => Type.Length > 0 && Type != "swap" && FileSystem is null && Refusal.Length == 0;

    /// <summary>What every partition holds, to look at. Damage and refusals are told in the result, not thrown.</summary>
    public static IReadOnlyList<PartitionContent> Inspect(IBlockReader disk, PartitionTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [.. table.Partitions.Where(HoldsContent).Select(partition => Inspect(disk, partition))];
    }

    /// <summary>What every partition holds, to edit. A file system of ours that cannot be edited safely is an error: it would be copied blindly.</summary>
    public static IReadOnlyList<PartitionContent> Edit(IBlockDevice disk, PartitionTable table, UnixTime writeTime)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [.. table.Partitions.Where(HoldsContent).Select(partition => Edit(disk, partition, writeTime))];
    }

    /// <summary>An extended partition is a frame around its logical ones, and has no content of its own.</summary>
    private static bool HoldsContent(Partition partition) => partition.Kind != PartitionKind.Extended;

    private static PartitionContent Inspect(IBlockReader disk, Partition partition)
    {
        BlockSlice slice = new(disk, partition.Range);
        ContentIdentity identity = ContentIdentity.Unknown;
        try
        {
            identity = ContentProbe.Identify(slice);
            if (FileSystemDriver.Find(slice) is not { } driver)
            {
                return new PartitionContent(partition, identity.Type, null, null, "") { Identity = identity };
            }

            IFileSystemReader fileSystem = driver.OpenForReading(slice);
            string refusal = RefusalToEdit(driver, slice, out string recovery);
            return new PartitionContent(partition, fileSystem.Summary.Type, fileSystem, null, refusal) { Recovery = recovery };
        }
        catch (Exception exception) when (exception is CorruptImageException or UnsupportedImageException)
        {
            return new PartitionContent(partition, identity.Type, null, null, exception.Message) { Identity = identity };
        }
    }

    private static string RefusalToEdit(FileSystemDriver driver, IBlockReader slice, out string recovery)
    {
        recovery = "";
        try
        {
            driver.OpenForEditing(new OverlayDevice(slice), default, out recovery);
            return "";
        }
        catch (Exception exception) when (exception is CorruptImageException or UnsupportedImageException)
        {
            return exception.Message;
        }
    }

    private static PartitionContent Edit(IBlockDevice disk, Partition partition, UnixTime writeTime)
    {
        BlockDeviceSlice slice = new(disk, partition.Range);
        ContentIdentity identity = ContentProbe.Identify(slice);
        if (FileSystemDriver.Find(slice) is not { } driver)
        {
            return new PartitionContent(partition, identity.Type, null, null, "") { Identity = identity };
        }

        IFileSystem editor = driver.OpenForEditing(slice, writeTime, out _);
        return new PartitionContent(partition, editor.Summary.Type, editor, editor, "");
    }
}
