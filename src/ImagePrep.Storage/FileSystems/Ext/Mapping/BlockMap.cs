using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Editing;

namespace ImagePrep.Storage.FileSystems.Ext.Mapping;

/// <summary>
/// The map of an inode without EXTENTS_FL: twelve direct block numbers, then a single, a double and a triple indirect block. 0 is a hole.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/ifork.html#direct-indirect-block-addressing"/>
internal static class BlockMap
{
    private const int DirectBlocks = 12;
    private const int MaxLevel = 3;

    /// <summary>With 4 KiB blocks each maps 4 MiB: 1 TiB of file. The bound also ends a walk over blocks that name each other.</summary>
    private const int MaxIndexBlocks = 1 << 18;

    /// <summary>Blocks of the file that the three levels can reach.</summary>
    public static long Capacity(int blockSize)
    {
        long perBlock = blockSize / sizeof(uint);
        return DirectBlocks + perBlock + (perBlock * perBlock) + (perBlock * perBlock * perBlock);
    }

    /// <exception cref="CorruptImageException">A block number lies outside the file system, or the walk does not end.</exception>
    public static FileMap Load(Volume volume, Inode inode)
    {
        Loader loader = new(volume, inode);
        return loader.Load();
    }

    /// <summary>Stores the map, using its old index blocks first; allocates what is missing and frees what is left.</summary>
    public static void Store(EditSession session, Inode inode, FileMap map)
    {
        Storer storer = new(session, inode, map);
        storer.Store();
    }

    private static uint At(ReadOnlySpan<byte> table, int index) => BinaryPrimitives.ReadUInt32LittleEndian(table[(index * sizeof(uint))..]);

    private sealed class Loader(Volume volume, Inode inode)
    {
        private readonly FileMap _map = new();
        private readonly string _owner = $"block map of inode {inode.Number}";
        private long _logical;

        public FileMap Load()
        {
            for (int index = 0; index < DirectBlocks; index++)
            {
                AddBlock(At(inode.BlockArea, index));
            }

            for (int level = 1; level <= MaxLevel; level++)
            {
                LoadIndirect(At(inode.BlockArea, DirectBlocks + level - 1), level);
            }

            return _map;
        }

        private void LoadIndirect(uint block, int level)
        {
            int perBlock = volume.BlockSize / sizeof(uint);
            if (block == 0)
            {
                long covered = 1;
                for (int i = 0; i < level; i++)
                {
                    covered *= perBlock;
                }

                _logical += covered;
                return;
            }

            volume.CheckBlocks(block, 1, _owner);
            if (_map.IndexBlocks.Count == MaxIndexBlocks)
            {
                throw CorruptImageException.Loop(_owner, "the block map", MaxIndexBlocks);
            }

            _map.IndexBlocks.Add(block);
            byte[] table = volume.ReadBlock(block);
            for (int index = 0; index < perBlock; index++)
            {
                uint child = At(table, index);
                if (level == 1)
                {
                    AddBlock(child);
                }
                else
                {
                    LoadIndirect(child, level - 1);
                }
            }
        }

        private void AddBlock(uint block)
        {
            if (block != 0)
            {
                volume.CheckBlocks(block, 1, _owner);
                if (_logical >= uint.MaxValue)
                {
                    throw CorruptImageException.OutOfRange(_owner, "block of the file", _logical, $"less than {uint.MaxValue}");
                }

                _map.Append(new BlockRun((uint)_logical, block, 1), inode.Number);
            }

            _logical++;
        }
    }

    private sealed class Storer(EditSession session, Inode inode, FileMap map)
    {
        private readonly Queue<long> _old = new(map.IndexBlocks);
        private readonly List<long> _used = [];
        private readonly int _perBlock = session.Volume.BlockSize / sizeof(uint);

        public void Store()
        {
            foreach (BlockRun run in map.Runs)
            {
                CheckReachable(run.PhysicalEnd - 1);
            }

            byte[] root = new byte[Inode.BlockAreaSize];
            FillDirect(root, 0, DirectBlocks);
            long logical = DirectBlocks;
            long covered = _perBlock;
            for (int level = 1; level <= MaxLevel; level++)
            {
                Put(root, DirectBlocks + level - 1, StoreIndirect(logical, level, covered));
                logical += covered;
                covered *= _perBlock;
            }

            root.CopyTo(inode.BlockArea);
            foreach (long block in _old)
            {
                session.Blocks.Free(block, 1);
            }

            map.IndexBlocks.Clear();
            map.IndexBlocks.AddRange(_used);
        }

        // Returns the block that maps [logical, logical + covered), or 0 when all of that is a hole.
        private long StoreIndirect(long logical, int level, long covered)
        {
            if (logical >= map.LogicalEnd || map.Pieces(logical, logical + covered).All(piece => piece.Run is null))
            {
                return 0;
            }

            long block = _old.TryDequeue(out long reused) ? reused : session.Blocks.AllocateOne(map.Runs[^1].PhysicalEnd);
            CheckReachable(block);
            _used.Add(block);
            byte[] table = new byte[session.Volume.BlockSize];
            if (level == 1)
            {
                FillDirect(table, logical, _perBlock);
            }
            else
            {
                for (int index = 0; index < _perBlock; index++)
                {
                    Put(table, index, StoreIndirect(logical + (index * (covered / _perBlock)), level - 1, covered / _perBlock));
                }
            }

            session.WriteBlock(block, table);
            return block;
        }

        private void FillDirect(Span<byte> table, long logical, int count)
        {
            foreach ((long from, long to, BlockRun? run) in map.Pieces(logical, logical + count))
            {
                for (long at = from; run is not null && at < to; at++)
                {
                    Put(table, (int)(at - logical), run.Value.Physical + (at - from));
                }
            }
        }

        private void CheckReachable(long block)
        {
            if (block > uint.MaxValue)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.NoSpace, $"inode {inode.Number}", "a file without extents cannot use blocks beyond 2^32, and none below is free.");
            }
        }

        private static void Put(Span<byte> table, int index, long block) =>
            BinaryPrimitives.WriteUInt32LittleEndian(table[(index * sizeof(uint))..], (uint)block);
    }
}
