using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Recognition;

namespace ImagePrep.Storage.FileSystems;

/// <summary>What a partition has behind the end of the file system in it: makers of file systems round down, and partitions are enlarged before their content.</summary>
public static class TrailingSpace
{
    /// <returns>In bytes of the partition; empty also where something recognised begins there, such as the hashes of dm-verity.</returns>
    public static ByteRange Of(IBlockReader partition, IFileSystemReader fileSystem)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(fileSystem);
        ByteRange behind = ByteRange.FromBounds(Math.Min(fileSystem.Summary.TotalBytes, partition.Length), partition.Length);
        return VolumeMarks.Find(new BlockSlice(partition, behind)) is null ? behind : default;
    }
}
