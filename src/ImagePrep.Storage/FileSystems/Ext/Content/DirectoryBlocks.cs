using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Content;

/// <summary>
/// The blocks of one directory file, for the directory code. Without a session nothing may be changed. A directory inside its inode looks like
/// one of a single block, and becomes one when it is changed.
/// </summary>
internal sealed class DirectoryBlocks : IDirectoryBlocks
{
    private readonly Volume _volume;
    private readonly FileMap _map;
    private readonly EditSession? _session;
    private byte[]? _inline;

    /// <exception cref="CorruptImageException">The directory's size is not a whole number of blocks, or the inode does not hold what it says.</exception>
    /// <exception cref="UnsupportedImageException">A directory of a kind that needs other rules.</exception>
    public DirectoryBlocks(Volume volume, Inode inode, EditSession? session = null)
    {
        CheckKind(inode);
        _volume = volume;
        _session = session;
        _map = InodeMap.Load(volume, inode);
        Inode = inode;
        Rules = MakeRules(volume, inode);
        if (inode.Has(InodeFlags.InlineData))
        {
            _inline = InlineDirectory.ToBlock(volume, inode, Rules);
        }
        else if (inode.Size % volume.BlockSize != 0 || inode.Size == 0)
        {
            throw CorruptImageException.OutOfRange(
                $"directory inode {inode.Number}", "i_size", inode.Size, $"a multiple of the block size {volume.BlockSize}, not 0");
        }
    }

    /// <summary>The directory's inode; growing and indexing change it and write it.</summary>
    public Inode Inode { get; }

    public DirectoryRules Rules { get; }

    public uint Count => _inline is null ? (uint)(Inode.Size / _volume.BlockSize) : 1;

    public bool IsIndexed
    {
        get => Inode.Has(InodeFlags.Indexed);
        set
        {
            Inode.Flags = value ? Inode.Flags | InodeFlags.Indexed : Inode.Flags & ~InodeFlags.Indexed;
            Session.WriteInode(Inode);
        }
    }

    // The reading file system hands out no way to get here.
    private EditSession Session => _session ?? throw new InvalidOperationException("The file system was opened for reading.");

    public static DirectoryRules MakeRules(Volume volume, Inode inode)
    {
        Superblock superblock = volume.Superblock;
        return new DirectoryRules(
            volume.BlockSize,
            inode.Number,
            superblock.Incompat.HasFlag(IncompatFeatures.FileType),
            volume.HasChecksums,
            volume.HasChecksums ? inode.ChecksumSeed(volume.ChecksumSeed) : 0,
            superblock.HashSeed,
            superblock.DefaultHashVersion,
            superblock.HashIsUnsigned,
            superblock.Compat.HasFlag(CompatFeatures.DirIndex),
            superblock.Incompat.HasFlag(IncompatFeatures.LargeDir));
    }

    public byte[] Read(uint block) => _inline is null ? _volume.ReadBlock(Locate(block)) : [.. _inline];

    public void Write(uint block, ReadOnlySpan<byte> content)
    {
        LeaveInode();
        Session.WriteBlock(Locate(block), content);
    }

    public uint Append(ReadOnlySpan<byte> content)
    {
        LeaveInode();
        uint number = Count;
        long goal = _map.Runs.Count > 0 ? _map.Runs[^1].PhysicalEnd : Session.Blocks.GoalFor(Inode);
        long block = Session.Blocks.AllocateOne(goal);
        _map.Insert(new BlockRun(number, block, 1));
        Session.WriteBlock(block, content);
        Inode.Size += _volume.BlockSize;
        InodeMap.Store(Session, Inode, _map);
        Session.WriteInode(Inode);
        return number;
    }

    private void LeaveInode()
    {
        if (_inline is { } content)
        {
            _inline = null;
            InlineContent.Remove(_volume, Inode);
            Append(content);
        }
    }

    private static void CheckKind(Inode inode)
    {
        if (!inode.IsDirectory)
        {
            throw new IOException($"Inode {inode.Number} is not a directory.");
        }

        string? obstacle = null;
        obstacle = inode.Has(InodeFlags.Encrypted) ? "is encrypted" : obstacle;
        obstacle = inode.Has(InodeFlags.CaseFolded) ? "is case-folded" : obstacle;
        if (obstacle is not null)
        {
            UnsupportedKind kind = inode.Has(InodeFlags.Encrypted) ? UnsupportedKind.Encrypted : UnsupportedKind.Feature;
            throw new UnsupportedImageException(kind, $"inode {inode.Number}", $"the directory {obstacle}, which is not handled.");
        }
    }

    private long Locate(uint block)
    {
        if (!_map.TryFind(block, out BlockRun run) || run.Unwritten)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"directory inode {Inode.Number}", $"block {block} of the directory is a hole. Run e2fsck on the image.");
        }

        return run.Physical + (block - run.Logical);
    }
}
