using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;

namespace ImagePrep.Guests;

/// <summary>A disk to look at: its partitions, and what each holds. A disk without a table is one partition.</summary>
public sealed record DiskLayout(PartitionTable Table, IReadOnlyList<PartitionContent> Contents)
{
    /// <exception cref="Storage.Errors.UnsupportedImageException">No table and nothing recognised, or a table that is not handled.</exception>
    /// <exception cref="Storage.Errors.CorruptImageException">The table contradicts itself or the disk.</exception>
    public static DiskLayout Read(IBlockReader disk)
    {
        PartitionTable table = PartitionTable.Read(disk, ContentProbe.Recognise);
        return new DiskLayout(table, PartitionContent.Inspect(disk, table));
    }

    /// <inheritdoc cref="GuestFinder.FindMounts"/>
    public IReadOnlyList<Mount> FindMounts() => GuestFinder.FindMounts(
        [.. Contents.Where(content => content.FileSystem is not null).Select(content => new FileSystemCandidate(
            new Mount(GuestPath.Root, content.Partition.Number, content.Partition.Range, content.FileSystem!, content.Editor),
            PartitionUuid.Of(Table, content.Partition),
            content.Partition.Name ?? ""))],
        string.Join(", ", Contents.Where(content => content.FileSystem is null && content.Type is not ("" or "swap")).Select(Unread)));

    private static string Unread(PartitionContent content) =>
        $"{(content.Partition.Number == 0 ? "the whole disk" : $"partition {content.Partition.Number}")} holds {content.Type}";
}
