using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Erasing;
using ImagePrep.Storage.FileSystems.Ext.ExtendedAttributes;
using ImagePrep.Storage.FileSystems.Ext.Journal;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>The reading half of <see cref="IFileSystemReader"/> over an ext volume.</summary>
internal class ExtReader(Volume volume) : IFileSystemReader
{
    /// <summary>PATH_MAX of Linux: no target that a guest could follow is longer.</summary>
    private const int MaxLinkTarget = 4096;

    private const IncompatFeatures OldIncompat = IncompatFeatures.FileType | IncompatFeatures.MetaBg;
    private const ReadOnlyCompatFeatures OldReadOnlyCompat =
        ReadOnlyCompatFeatures.SparseSuper | ReadOnlyCompatFeatures.LargeFile | ReadOnlyCompatFeatures.BtreeDir;

    // Reading a file in pieces asks for its map again and again: the last one is kept.
    private (uint Inode, FileMap Map)? _lastMap;

    public FileSystemSummary Summary => new(
        TypeName(),
        volume.Superblock.Uuid,
        volume.Superblock.Label,
        volume.BlockSize,
        volume.Superblock.BlockCount * volume.BlockSize,
        volume.Groups.TotalFreeBlocks() * volume.BlockSize,
        volume.Superblock.WriteTime,
        FeatureNames.Of(volume.Superblock.Compat, volume.Superblock.Incompat, volume.Superblock.ReadOnlyCompat));

    public NodeId Root => new(Superblock.RootInode);

    protected Volume Volume => volume;

    public NodeInfo Stat(NodeId node)
    {
        Inode inode = ReadUsedInode(node);
        return new NodeInfo(
            ModeBits.KindOf(inode),
            inode.Mode & ModeBits.PermissionMask,
            inode.UserId,
            inode.GroupId,
            inode.Size,
            inode.Links,
            inode.Modified,
            inode.Changed,
            inode.Accessed);
    }

    public bool TryLookup(NodeId directory, FileName name, out NodeId node)
    {
        bool found = DirectoryFile.TryFind(OpenDirectory(directory), name, out DirectoryRecord record);
        node = found ? NodeOf(record, directory) : default;
        return found;
    }

    public IEnumerable<DirectoryEntry> List(NodeId directory)
    {
        foreach (DirectoryRecord record in DirectoryFile.List(OpenDirectory(directory)))
        {
            NodeId node = NodeOf(record, directory);
            NodeKind kind = ModeBits.KindOfEntry(record.FileType) ?? ModeBits.KindOf(ReadUsedInode(node));
            yield return new DirectoryEntry(record.Name, node, kind);
        }
    }

    public int Read(NodeId file, long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        Inode inode = ReadUsedInode(file);
        CheckIsFile(inode);
        CheckReadableContent(inode);
        return FileContent.Read(volume, inode, MapOf(inode), offset, destination);
    }

    public byte[] ReadLink(NodeId link)
    {
        Inode inode = ReadUsedInode(link);
        if (!inode.IsSymbolicLink)
        {
            throw new IOException($"Inode {inode.Number} is not a symbolic link.");
        }

        CheckReadableContent(inode);
        bool isInside = InodeMap.HasTargetInside(volume, inode);
        long limit = isInside ? Inode.BlockAreaSize : Math.Min(volume.BlockSize, MaxLinkTarget);
        if (inode.Size <= 0 || inode.Size > limit)
        {
            throw CorruptImageException.OutOfRange($"inode {inode.Number}", "i_size of a symbolic link", inode.Size, $"1 to {limit}");
        }

        byte[] target = new byte[inode.Size];
        if (isInside)
        {
            inode.BlockArea[..target.Length].CopyTo(target);
        }
        else
        {
            FileContent.Read(volume, inode, InodeMap.Load(volume, inode), 0, target);
        }

        return target;
    }

    public IReadOnlyList<ExtendedAttribute> GetAttributes(NodeId node) => AttributeReader.Read(volume, ReadUsedInode(node));

    public IReadOnlyList<ByteRange> ContentRanges(NodeId file)
    {
        Inode inode = ReadUsedInode(file);
        CheckIsFile(inode);
        CheckReadableContent(inode);
        if (inode.Has(InodeFlags.InlineData))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature, $"inode {inode.Number}",
                "the content lies inside the inode (inline_data), which has no blocks of its own. Writing the file moves it into blocks.");
        }

        List<ByteRange> ranges = [];
        long blocks = (inode.Size + volume.BlockSize - 1) / volume.BlockSize;
        foreach ((long from, long to, BlockRun? run) in MapOf(inode).Pieces(0, blocks))
        {
            if (run is null || run.Value.Unwritten)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.Feature, $"inode {inode.Number}", $"blocks {from} to {to - 1} of the file have no place of their own: nothing was written there.");
            }

            long length = Math.Min(inode.Size, to * volume.BlockSize) - (from * volume.BlockSize);
            AddJoined(ranges, new ByteRange(run.Value.Physical * volume.BlockSize, length));
        }

        return ranges;
    }

    public IReadOnlyList<ByteRange> UnusedRanges() => UnusedSpace.Of(volume);

    /// <summary>Reads an inode that is in use.</summary>
    /// <exception cref="FileNotFoundException">The inode was deleted.</exception>
    protected Inode ReadUsedInode(NodeId node)
    {
        Inode inode = volume.ReadInode(node.Value);
        return inode.Links > 0 ? inode : throw new FileNotFoundException($"Inode {node.Value} is not in use.");
    }

    protected static void CheckIsFile(Inode inode)
    {
        if (!inode.IsRegular)
        {
            throw new IOException($"Inode {inode.Number} is not a regular file.");
        }
    }

    /// <summary>Forgets what was kept about a file whose blocks change.</summary>
    protected void ForgetMap() => _lastMap = null;

    private DirectoryBlocks OpenDirectory(NodeId directory) => new(volume, ReadUsedInode(directory));

    private FileMap MapOf(Inode inode)
    {
        if (_lastMap is not { } last || last.Inode != inode.Number)
        {
            last = (inode.Number, InodeMap.Load(volume, inode));
            _lastMap = last;
        }

        return last.Map;
    }

    private static void CheckReadableContent(Inode inode)
    {
        if (inode.Has(InodeFlags.Encrypted))
        {
            throw new UnsupportedImageException(UnsupportedKind.Encrypted, $"inode {inode.Number}", "the content is encrypted.");
        }
    }

    private static void AddJoined(List<ByteRange> ranges, ByteRange range)
    {
        if (ranges.Count > 0 && ranges[^1].End == range.Start)
        {
            ranges[^1] = ByteRange.FromBounds(ranges[^1].Start, range.End);
        }
        else
        {
            ranges.Add(range);
        }
    }

    /// <summary>What a name of a directory means.</summary>
    /// <exception cref="CorruptImageException">There is no inode of that number.</exception>
    protected NodeId NodeOf(DirectoryRecord record, NodeId directory) => record.Inode <= volume.Superblock.InodeCount
        ? new NodeId(record.Inode)
        : throw CorruptImageException.OutOfRange(
            $"directory inode {directory.Value}", $"inode of '{record.Name}'", record.Inode, $"1 to {volume.Superblock.InodeCount}");

    // As blkid tells them apart: by the oldest driver that could mount it.
    private string TypeName()
    {
        Superblock superblock = volume.Superblock;
        if ((superblock.Incompat & ~OldIncompat) != IncompatFeatures.None
            || (superblock.ReadOnlyCompat & ~OldReadOnlyCompat) != ReadOnlyCompatFeatures.None)
        {
            return "ext4";
        }

        return superblock.Compat.HasFlag(CompatFeatures.HasJournal) ? "ext3" : "ext2";
    }
}
