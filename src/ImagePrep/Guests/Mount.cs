using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Guests;

/// <summary>A file system of the guest and where the guest mounts it.</summary>
/// <param name="Point">Where it is mounted.</param>
/// <param name="PartitionNumber">Number of its partition; 0 for a whole-disk file system.</param>
/// <param name="Window">Where the partition lies on the (realigned) disk, in bytes.</param>
/// <param name="FileSystem">The file system, to read.</param>
/// <param name="Editor">The same file system, to edit; null when the disk is only looked at.</param>
public sealed record Mount(GuestPath Point, int PartitionNumber, ByteRange Window, IFileSystemReader FileSystem, IFileSystem? Editor = null);

/// <summary>A file, directory or link of the guest, after all links on the way were followed.</summary>
public sealed record GuestNode(Mount Mount, NodeId Node, GuestPath Path)
{
    public NodeInfo Info { get; } = Mount.FileSystem.Stat(Node);
}
