using System.Buffers.Binary;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.Storage.FileSystems.Ext.Editing;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.FileSystems.Ext.Orphans;

/// <summary>
/// The orphan file: blocks of inode numbers, 0 where there is none, each block with a magic number and a checksum at its end.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/orphan.html"/>
internal sealed class OrphanFile
{
    public const uint Magic = 0x0B10_CA04;

    /// <summary>ob_magic and ob_checksum.</summary>
    public const int TailSize = 8;

    private const string Structure = "orphan file";

    private readonly Volume _volume;
    private readonly Inode _inode;
    private readonly IReadOnlyList<long> _blocks;

    private OrphanFile(Volume volume, Inode inode, IReadOnlyList<long> blocks, IReadOnlyList<uint> inodes)
    {
        _volume = volume;
        _inode = inode;
        _blocks = blocks;
        Inodes = inodes;
    }

    /// <summary>The inodes it names.</summary>
    public IReadOnlyList<uint> Inodes { get; }

    /// <summary>Null when the superblock says that it is empty, or that there is none.</summary>
    /// <exception cref="CorruptImageException">A block is damaged, or names what cannot be an orphan.</exception>
    public static OrphanFile? Load(Volume volume)
    {
        if (volume.Superblock.OrphanFileInode == 0 || !volume.Superblock.ReadOnlyCompat.HasFlag(ReadOnlyCompatFeatures.OrphanPresent))
        {
            return null;
        }

        Inode inode = volume.ReadInode(CheckNumber(volume.Superblock));
        List<long> blocks = [];
        HashSet<uint> inodes = [];
        foreach (BlockRun run in InodeMap.Load(volume, inode).Runs)
        {
            for (long block = run.Physical; block < run.PhysicalEnd; block++)
            {
                if (AddInodes(volume, inode, block, inodes))
                {
                    blocks.Add(block);
                }
            }
        }

        return new OrphanFile(volume, inode, blocks, [.. inodes]);
    }

    /// <summary>Checksum of a block's entries; the inode's own seed and the block's place go in first.</summary>
    public static uint ComputeChecksum(Volume volume, Inode inode, long block, ReadOnlySpan<byte> entries) =>
        Crc32C.Compute(Crc32C.Compute(inode.ChecksumSeed(volume.ChecksumSeed), (ulong)block), entries);

    /// <summary>Empties the blocks that name inodes.</summary>
    public void Clear(EditSession session)
    {
        foreach (long block in _blocks)
        {
            byte[] raw = new byte[_volume.BlockSize];
            BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(raw.Length - TailSize), Magic);
            if (_volume.HasChecksums)
            {
                uint checksum = ComputeChecksum(_volume, _inode, block, raw.AsSpan(0, raw.Length - TailSize));
                BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(raw.Length - 4), checksum);
            }

            session.WriteBlock(block, raw);
        }
    }

    private static uint CheckNumber(Superblock superblock) => superblock.OrphanFileInode <= superblock.InodeCount
        ? superblock.OrphanFileInode
        : throw CorruptImageException.OutOfRange("ext superblock", "s_orphan_file_inum", superblock.OrphanFileInode, $"at most {superblock.InodeCount}");

    // Returns whether the block names any.
    private static bool AddInodes(Volume volume, Inode inode, long block, HashSet<uint> inodes)
    {
        byte[] raw = volume.ReadBlock(block);
        ReadOnlySpan<byte> entries = raw.AsSpan(0, raw.Length - TailSize);
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(raw.Length - TailSize));
        if (magic != Magic)
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"ob_magic of block {block} is 0x{magic:x8}, expected 0x{Magic:x8}.");
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(raw.Length - 4));
        if (volume.HasChecksums && stored != ComputeChecksum(volume, inode, block, entries))
        {
            throw CorruptImageException.BadChecksum(Structure, $"ob_checksum of block {block}", stored, ComputeChecksum(volume, inode, block, entries));
        }

        bool any = false;
        for (int position = 0; position + sizeof(uint) <= entries.Length; position += sizeof(uint))
        {
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(entries[position..]);
            if (number != 0)
            {
                OrphanList.CheckNumber(volume, number, Structure);
                any = true;
                if (!inodes.Add(number))
                {
                    throw new CorruptImageException(CorruptKind.Inconsistent, Structure, $"it names inode {number} twice. Run e2fsck on the image.");
                }
            }
        }

        return any;
    }
}
