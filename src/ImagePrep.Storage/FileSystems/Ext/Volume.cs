using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Ext.Allocation;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>
/// What every part of the engine stands on: the device, the superblock, the group descriptors, and checked access to blocks and inodes.
/// </summary>
internal sealed class Volume
{
    private Volume(IBlockReader device, Superblock superblock, GroupTable groups)
    {
        Device = device;
        Superblock = superblock;
        Groups = groups;
        Bitmaps = new BitmapStore(this);
        ChecksumSeed = superblock.ChecksumSeed;
        BlockSize = superblock.BlockSize;
    }

    public IBlockReader Device { get; }

    public Superblock Superblock { get; }

    public GroupTable Groups { get; }

    public BitmapStore Bitmaps { get; }

    public int BlockSize { get; }

    /// <summary>Start value of metadata checksums; meaningless without metadata_csum.</summary>
    public uint ChecksumSeed { get; }

    public bool HasChecksums => Superblock.HasMetadataChecksums;

    public bool HasExtents => Superblock.Incompat.HasFlag(IncompatFeatures.Extents);

    /// <exception cref="CorruptImageException">The superblock or a group descriptor is damaged.</exception>
    /// <exception cref="UnsupportedImageException">A feature that cannot be read.</exception>
    public static Volume Open(IBlockReader device)
    {
        if (device.Length < Superblock.Location + Superblock.Size)
        {
            throw CorruptImageException.Truncated("ext superblock", Superblock.Location + Superblock.Size, device.Length);
        }

        Superblock superblock = Superblock.Parse(device.ReadBytes(Superblock.Location, Superblock.Size), device.Length);
        return new Volume(device, superblock, GroupTable.Load(device, superblock));
    }

    /// <summary>Whether blocks may hold something: behind the superblock, inside the file system.</summary>
    public bool Contains(long block, uint count) =>
        block > Superblock.FirstDataBlock && block <= Superblock.BlockCount - count;

    /// <param name="block">First of the block numbers that were read from <paramref name="owner"/>.</param>
    /// <param name="count">How many blocks follow each other.</param>
    /// <param name="owner">Structure that names the blocks, for the message.</param>
    public void CheckBlocks(long block, uint count, string owner)
    {
        if (!Contains(block, count))
        {
            throw CorruptImageException.OutOfRange(
                owner, "block number", count == 1 ? block : $"{block} to {block + count - 1}",
                $"{Superblock.FirstDataBlock + 1L} to {Superblock.BlockCount - 1}");
        }
    }

    /// <summary>Reads one block into a buffer of the block's size; the caller has checked the number.</summary>
    public void ReadBlock(long block, Span<byte> destination) => Device.ReadAt(block * BlockSize, destination);

    public byte[] ReadBlock(long block) => Device.ReadBytes(block * BlockSize, BlockSize);

    /// <summary>Reads an inode that something refers to.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such number.</exception>
    /// <exception cref="CorruptImageException">The inode is damaged, or lies where none was ever stored.</exception>
    public Inode ReadInode(uint number)
    {
        ArgumentOutOfRangeException.ThrowIfZero(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Superblock.InodeCount);
        uint group = Groups.GroupOfInode(number);
        if ((number - 1) % Superblock.InodesPerGroup >= Groups.InitialisedInodes(group))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, $"inode {number}", $"group {group} says that this inode was never used. Run e2fsck on the image.");
        }

        Inode inode = new(number, Device.ReadBytes(Groups.InodeLocation(number), Superblock.InodeSize));
        inode.Check(Superblock);
        return inode;
    }
}
