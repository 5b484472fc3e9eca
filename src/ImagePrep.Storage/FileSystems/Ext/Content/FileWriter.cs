using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Content;

/// <summary>
/// Changes the content of one file: blocks, map and size. Times and the inode itself are stored by the caller. Content that lies inside the
/// inode is moved into blocks first.
/// </summary>
internal sealed class FileWriter
{
    /// <summary>Above this size RO_COMPAT_LARGE_FILE must be set.</summary>
    private const long MaxSmallFile = int.MaxValue;

    private readonly EditSession _session;
    private readonly Inode _inode;
    private readonly FileMap _map;
    private readonly int _blockSize;
    private bool _mapChanged;

    /// <exception cref="CorruptImageException">The file claims blocks that hold metadata of the file system.</exception>
    public FileWriter(EditSession session, Inode inode)
    {
        _session = session;
        _inode = inode;
        _blockSize = session.Volume.BlockSize;
        _map = InodeMap.Load(session.Volume, inode);
        CheckMap();
        if (inode.Has(InodeFlags.InlineData))
        {
            LeaveInode();
        }
    }

    /// <summary>Replaces everything. Blocks are used again when they are one run that is long enough, else one new run is looked for.</summary>
    public void Replace(ReadOnlySpan<byte> content)
    {
        long blocks = BlocksFor(content.Length);
        bool reusable = _map.TryFind(0, out BlockRun first) && first.Count >= blocks && !first.Unwritten;
        Truncate(reusable ? Math.Min(content.Length, _inode.Size) : 0);
        Write(0, content);
    }

    public void Write(long offset, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        long end = checked(offset + content.Length);
        CheckSize(end);
        if (end > _inode.Size)
        {
            ZeroTail(_inode.Size);
        }

        long from = offset / _blockSize;
        long to = BlocksFor(end);
        AllocateHoles(from, to);
        foreach ((long start, long _, BlockRun? run) in _map.Pieces(from, to))
        {
            WritePiece(start, run!.Value, offset, content);
        }

        if (_map.Pieces(from, to).Any(piece => piece.Run!.Value.Unwritten))
        {
            _map.MarkWritten(from, to);
            _mapChanged = true;
        }

        _inode.Size = Math.Max(_inode.Size, end);
    }

    /// <summary>Cuts the file, or extends it by a hole.</summary>
    public void Truncate(long length)
    {
        CheckSize(length);
        foreach (BlockRun run in _map.RemoveFrom(BlocksFor(length)))
        {
            _session.Blocks.Free(run.Physical, run.Count);
            _mapChanged = true;
        }

        ZeroTail(Math.Min(length, _inode.Size));
        _inode.Size = length;
    }

    /// <summary>Stores the map when it changed.</summary>
    public void Finish()
    {
        if (_mapChanged)
        {
            InodeMap.Store(_session, _inode, _map);
        }
    }

    private void LeaveInode()
    {
        long size = _inode.Size;
        byte[] content = InlineContent.Load(_inode);
        InlineContent.Remove(_session.Volume, _inode);
        Write(0, content.AsSpan(0, (int)Math.Min(size, content.Length)));
        _inode.Size = size;
    }

    private long BlocksFor(long bytes) => (bytes + _blockSize - 1) / _blockSize;

    private void AllocateHoles(long from, long to)
    {
        foreach ((long start, long stop, BlockRun? run) in _map.Pieces(from, to).ToArray())
        {
            if (run is not null)
            {
                continue;
            }

            long logical = start;
            long goal = logical > 0 && _map.TryFind(logical - 1, out BlockRun before)
                ? before.Physical + (logical - before.Logical)
                : _session.Blocks.GoalFor(_inode);
            foreach ((long physical, uint count) in _session.Blocks.Allocate(goal, stop - start))
            {
                // Marked unwritten until the content is there, so that the rest of the first and last block is zeroed.
                _map.Insert(new BlockRun((uint)logical, physical, count, Unwritten: true));
                logical += count;
            }

            _mapChanged = true;
        }
    }

    // Writes the part of the content that falls into one run, whose first block is block `start` of the file.
    private void WritePiece(long start, BlockRun run, long offset, ReadOnlySpan<byte> content)
    {
        long runStart = start * _blockSize;
        long runLength = (long)run.Count * _blockSize;
        long first = Math.Max(offset, runStart);
        long last = Math.Min(offset + content.Length, runStart + runLength);
        if (run.Unwritten)
        {
            _session.WriteBytes(run.Physical, 0, new byte[first - runStart]);
            _session.WriteBytes(run.Physical, last - runStart, new byte[runStart + runLength - last]);
        }

        _session.WriteBytes(run.Physical, first - runStart, content[(int)(first - offset)..(int)(last - offset)]);
    }

    // What lies between the end of the file and the end of its last block must read as zero if the file grows.
    private void ZeroTail(long size)
    {
        int used = (int)(size % _blockSize);
        if (used != 0 && _map.TryFind(size / _blockSize, out BlockRun run) && !run.Unwritten)
        {
            _session.WriteBytes(run.Physical + ((size / _blockSize) - run.Logical), used, new byte[_blockSize - used]);
        }
    }

    private void CheckSize(long size)
    {
        long blocks = _inode.Has(InodeFlags.Extents) ? uint.MaxValue : Math.Min(uint.MaxValue, BlockMap.Capacity(_blockSize));
        if (size / _blockSize >= blocks)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, $"inode {_inode.Number}", $"{size} bytes are more than a file can have here: {blocks} blocks of {_blockSize} bytes.");
        }

        if (size > MaxSmallFile && !_session.Volume.Superblock.ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.LargeFile))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, $"inode {_inode.Number}", $"{size} bytes need the large_file feature, which this file system does not have.");
        }
    }

    private void CheckMap()
    {
        foreach (BlockRun run in _map.Runs)
        {
            if (_session.Volume.Bitmaps.OverlapsMetadata(run.Physical, run.Count))
            {
                throw new CorruptImageException(
                    CorruptKind.Overlap, $"inode {_inode.Number}",
                    $"the file claims blocks {run.Physical} to {run.PhysicalEnd - 1}, where metadata of the file system lies. Run e2fsck on the image.");
            }
        }
    }
}
