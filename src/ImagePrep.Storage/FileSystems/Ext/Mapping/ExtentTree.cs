using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.Storage.FileSystems.Ext.Editing;

namespace ImagePrep.Storage.FileSystems.Ext.Mapping;

/// <summary>
/// The map of an inode with EXTENTS_FL: a tree whose root lies in i_block. It is read whole and stored whole; nodes are packed full, so a tree
/// that lost extents gets lower again, and blocks whose bytes did not change are not written.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/ifork.html#extent-tree"/>
internal static class ExtentTree
{
    private const int RootEntries = (Inode.BlockAreaSize - ExtentHeader.Size) / ExtentLeafEntry.Size;

    /// <summary>A tree of this many nodes maps far more than <see cref="FileMap.MaxRuns"/> runs unless nodes are next to empty.</summary>
    private const int MaxNodes = 1 << 18;

    /// <summary>An empty root, as a new file has it.</summary>
    public static void Initialise(Inode inode)
    {
        inode.BlockArea.Clear();
        new ExtentHeader(Entries: 0, RootEntries, Depth: 0).WriteTo(inode.BlockArea);
    }

    /// <exception cref="CorruptImageException">A node is damaged, out of order, or outside the file system.</exception>
    public static FileMap Load(Volume volume, Inode inode)
    {
        Loader loader = new(volume, inode);
        return loader.Load();
    }

    /// <summary>Stores the map, using its old index blocks first; allocates what is missing and frees what is left.</summary>
    public static void Store(EditSession session, Inode inode, FileMap map)
    {
        int blockSize = session.Volume.BlockSize;
        int perBlock = EntriesPerBlock(blockSize);
        Queue<long> old = new(map.IndexBlocks);
        List<long> used = [];
        List<BlockRun> extents = [.. map.Runs.SelectMany(SplitToExtents)];

        // Leaves first, then level by level until the entries fit into the root.
        List<byte[]> entries = extents.ConvertAll(LeafEntry);
        List<uint> firsts = extents.ConvertAll(extent => extent.Logical);
        ushort depth = 0;
        while (entries.Count > RootEntries)
        {
            List<byte[]> parents = [];
            List<uint> parentFirsts = [];
            for (int start = 0; start < entries.Count; start += perBlock)
            {
                int count = Math.Min(perBlock, entries.Count - start);
                long block = old.TryDequeue(out long reused) ? reused : session.Blocks.AllocateOne(GoalOf(session, inode, map));
                used.Add(block);
                session.WriteBlock(block, MakeNode(session.Volume, inode, entries.GetRange(start, count), depth, perBlock));
                parents.Add(IndexEntry(new ExtentIndexEntry(firsts[start], block)));
                parentFirsts.Add(firsts[start]);
            }

            (entries, firsts) = (parents, parentFirsts);
            depth++;
        }

        WriteNode(inode.BlockArea, entries, depth, RootEntries);
        foreach (long block in old)
        {
            session.Blocks.Free(block, 1);
        }

        map.IndexBlocks.Clear();
        map.IndexBlocks.AddRange(used);
    }

    public static int EntriesPerBlock(int blockSize) => (blockSize - ExtentHeader.Size) / ExtentLeafEntry.Size;

    private static long GoalOf(EditSession session, Inode inode, FileMap map) =>
        map.Runs.Count > 0 ? map.Runs[^1].PhysicalEnd : session.Blocks.GoalFor(inode);

    private static IEnumerable<BlockRun> SplitToExtents(BlockRun run)
    {
        uint limit = run.Unwritten ? ExtentLeafEntry.MaxUnwrittenBlocks : ExtentLeafEntry.MaxBlocks;
        for (long from = run.Logical; from < run.LogicalEnd; from += limit)
        {
            yield return run.Part(from, Math.Min(run.LogicalEnd, from + limit));
        }
    }

    private static byte[] LeafEntry(BlockRun extent)
    {
        byte[] raw = new byte[ExtentLeafEntry.Size];
        ExtentLeafEntry.Write(extent, raw);
        return raw;
    }

    private static byte[] IndexEntry(ExtentIndexEntry entry)
    {
        byte[] raw = new byte[ExtentIndexEntry.Size];
        entry.WriteTo(raw);
        return raw;
    }

    private static byte[] MakeNode(Volume volume, Inode inode, List<byte[]> entries, ushort depth, int perBlock)
    {
        byte[] block = new byte[volume.BlockSize];
        WriteNode(block, entries, depth, perBlock);
        if (volume.HasChecksums)
        {
            int tail = TailOffset(perBlock);
            uint checksum = Crc32C.Compute(inode.ChecksumSeed(volume.ChecksumSeed), block.AsSpan(0, tail));
            BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(tail), checksum);
        }

        return block;
    }

    private static void WriteNode(Span<byte> node, List<byte[]> entries, ushort depth, int max)
    {
        node.Clear();
        new ExtentHeader((ushort)entries.Count, (ushort)max, depth).WriteTo(node);
        for (int index = 0; index < entries.Count; index++)
        {
            entries[index].CopyTo(node[(ExtentHeader.Size + (index * ExtentLeafEntry.Size))..]);
        }
    }

    // ext4_extent_tail follows the last entry there is room for.
    private static int TailOffset(int max) => ExtentHeader.Size + (max * ExtentLeafEntry.Size);

    private sealed class Loader(Volume volume, Inode inode)
    {
        private readonly FileMap _map = new();
        private readonly List<(int Depth, long Block)> _nodes = [];
        private readonly string _owner = $"extent tree of inode {inode.Number}";
        private long _end;

        public FileMap Load()
        {
            ExtentHeader root = ExtentHeader.Parse(inode.BlockArea);
            CheckHeader(root, RootEntries, "its root");
            if (root.Depth > ExtentHeader.MaxDepth)
            {
                throw CorruptImageException.OutOfRange(_owner, "eh_depth", root.Depth, $"at most {ExtentHeader.MaxDepth}");
            }

            LoadEntries(inode.BlockArea, root, uint.MaxValue);
            _map.IndexBlocks.AddRange(_nodes.OrderBy(node => node.Depth).Select(node => node.Block));
            return _map;
        }

        private void LoadEntries(ReadOnlySpan<byte> node, ExtentHeader header, long limit)
        {
            for (int index = 0; index < header.Entries; index++)
            {
                ReadOnlySpan<byte> raw = node.Slice(ExtentHeader.Size + (index * ExtentLeafEntry.Size), ExtentLeafEntry.Size);
                if (header.Depth == 0)
                {
                    AddExtent(ExtentLeafEntry.Parse(raw), limit);
                    continue;
                }

                ExtentIndexEntry entry = ExtentIndexEntry.Parse(raw);
                bool isLast = index + 1 == header.Entries;
                long childLimit = isLast ? limit : ExtentIndexEntry.Parse(node[(ExtentHeader.Size + ((index + 1) * ExtentIndexEntry.Size))..]).Logical;
                LoadChild(entry, header.Depth - 1, Math.Min(limit, childLimit));
            }
        }

        private void LoadChild(ExtentIndexEntry entry, int depth, long limit)
        {
            volume.CheckBlocks(entry.Child, 1, _owner);
            if (_nodes.Count == MaxNodes)
            {
                throw CorruptImageException.Loop(_owner, "the tree", MaxNodes);
            }

            _nodes.Add((depth, entry.Child));
            byte[] block = volume.ReadBlock(entry.Child);
            ExtentHeader header = ExtentHeader.Parse(block);
            string place = $"the node in block {entry.Child}";
            CheckHeader(header, EntriesPerBlock(volume.BlockSize), place);
            if (header.Depth != depth || header.Entries == 0)
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent, _owner, $"{place} has depth {header.Depth} and {header.Entries} entries, expected depth {depth} and at least one entry.");
            }

            CheckChecksum(block, header, place);

            // Every child starts where its parent says: this also makes the walk end, because block numbers of the file only ever grow.
            uint first = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(ExtentHeader.Size));
            if (first != entry.Logical || first < _end)
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent, _owner, $"{place} starts at block {first} of the file, its parent says {entry.Logical}, and blocks up to {_end} came before.");
            }

            LoadEntries(block, header, limit);
        }

        private void AddExtent(BlockRun run, long limit)
        {
            if (run.Count == 0 || run.Logical < _end || run.LogicalEnd > limit)
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent, _owner, $"an extent of {run.Count} blocks at block {run.Logical} of the file is empty, out of order, or overlaps another.");
            }

            volume.CheckBlocks(run.Physical, run.Count, _owner);
            _map.Append(run, inode.Number);
            _end = run.LogicalEnd;
        }

        private void CheckHeader(ExtentHeader header, int room, string place)
        {
            if (header.Magic != ExtentHeader.ExpectedMagic)
            {
                throw new CorruptImageException(
                    CorruptKind.BadMagic, _owner, $"eh_magic of {place} is 0x{header.Magic:x4}, expected 0x{ExtentHeader.ExpectedMagic:x4}.");
            }

            if (header.Max > room || header.Max == 0)
            {
                throw CorruptImageException.OutOfRange(_owner, $"eh_max of {place}", header.Max, $"1 to {room}");
            }

            if (header.Entries > header.Max)
            {
                throw CorruptImageException.OutOfRange(_owner, $"eh_entries of {place}", header.Entries, $"at most {header.Max}");
            }
        }

        private void CheckChecksum(byte[] block, ExtentHeader header, string place)
        {
            if (!volume.HasChecksums)
            {
                return;
            }

            int tail = TailOffset(header.Max);
            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(tail));
            uint computed = Crc32C.Compute(inode.ChecksumSeed(volume.ChecksumSeed), block.AsSpan(0, tail));
            if (stored != computed)
            {
                throw CorruptImageException.BadChecksum(_owner, $"et_checksum of {place}", stored, computed);
            }
        }
    }
}
