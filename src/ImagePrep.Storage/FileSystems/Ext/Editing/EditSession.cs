using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Editing;
using ImagePrep.Storage.FileSystems.Ext.Allocation;

namespace ImagePrep.Storage.FileSystems.Ext.Editing;

/// <summary>
/// The writing side of a volume: all changes of the device, the bitmaps and the descriptors pass through here. File and directory blocks and
/// inodes are written at once; bitmaps, descriptors and the superblock wait for <see cref="Flush"/>.
/// </summary>
internal sealed class EditSession
{
    private readonly IBlockDevice _device;
    private readonly UndoLog _undo;
    private readonly SortedSet<uint> _changedGroups = [];
    private bool _changed;

    public EditSession(Volume volume, IBlockDevice device, UnixTime writeTime)
    {
        Volume = volume;
        WriteTime = writeTime;
        _device = device;
        _undo = new UndoLog(volume, device);
        Blocks = new BlockAllocator(volume, _undo);
        Inodes = new InodeAllocator(volume, _undo);
    }

    public Volume Volume { get; }

    /// <summary>The one time that is written everywhere.</summary>
    public UnixTime WriteTime { get; }

    public BlockAllocator Blocks { get; }

    public InodeAllocator Inodes { get; }

    /// <summary>Starts one operation: all of it happens, or, when it is disposed before <see cref="EditOperation.Complete"/>, nothing.</summary>
    public EditOperation Begin() => new(Commit, _undo.Rollback);

    /// <summary>The next flush writes the superblock, with its counts taken from the groups.</summary>
    public void TouchSuperblock() => _changed = true;

    public void WriteBlock(long block, ReadOnlySpan<byte> content) => _undo.WriteAt(block * Volume.BlockSize, content);

    /// <summary>Writes part of the blocks that start at <paramref name="block"/>.</summary>
    public void WriteBytes(long block, long offset, ReadOnlySpan<byte> content) =>
        _undo.WriteAt((block * Volume.BlockSize) + offset, content);

    /// <summary>Stores an inode, with its checksum.</summary>
    public void WriteInode(Inode inode)
    {
        if (Volume.HasChecksums)
        {
            inode.UpdateChecksum(Volume.ChecksumSeed);
        }

        _undo.WriteAt(Volume.Groups.InodeLocation(inode.Number), inode.Raw);
    }

    /// <summary>Overwrites an inode that is not in use: such a one has no checksum.</summary>
    public void WriteFreeInode(uint number, ReadOnlySpan<byte> raw) => _undo.WriteAt(Volume.Groups.InodeLocation(number), raw);

    /// <summary>The generation of a new inode: different for every use of the number, and the same for the same edit of the same image.</summary>
    public uint NewGeneration(uint inode)
    {
        uint previous = BinaryPrimitives.ReadUInt32LittleEndian(
            _device.ReadBytes(Volume.Groups.InodeLocation(inode) + Inode.Offsets.Generation, sizeof(uint)));
        uint mixed = Checksums.Crc32C.Compute(~0u, Volume.Superblock.UuidBytes);
        mixed = Checksums.Crc32C.Compute(mixed, inode);
        mixed = Checksums.Crc32C.Compute(mixed, previous);
        return Checksums.Crc32C.Compute(mixed, unchecked((ulong)WriteTime.Seconds));
    }

    /// <summary>Writes what was held back. Does nothing when nothing changed. Backups of superblock and descriptors stay as they are.</summary>
    public void Flush()
    {
        if (!_changed)
        {
            return;
        }

        foreach (uint group in _changedGroups)
        {
            FlushGroup(group);
        }

        Superblock superblock = Volume.Superblock;
        superblock.FreeBlocks = Volume.Groups.TotalFreeBlocks();
        superblock.FreeInodes = Volume.Groups.TotalFreeInodes();
        superblock.WriteTime = WriteTime;
        byte[] raw = new byte[Superblock.Size];
        superblock.WriteTo(raw);
        _device.WriteAt(Superblock.Location, raw);
        foreach (uint group in _changedGroups)
        {
            Volume.Bitmaps.Release(group);
        }

        _changedGroups.Clear();
        _changed = false;
    }

    private void Commit()
    {
        _changed |= !_undo.IsEmpty;
        _changedGroups.UnionWith(_undo.Groups);
        _undo.Clear();
    }

    private void FlushGroup(uint group)
    {
        GroupDescriptor descriptor = Volume.Groups[group];
        if (!Volume.Groups.HasFlag(group, GroupFlags.BlockUninit))
        {
            Bitmap blocks = Volume.Bitmaps.Blocks(group);
            WriteChanged(descriptor.BlockBitmap * Volume.BlockSize, blocks.Bits);
            if (Volume.HasChecksums)
            {
                descriptor.BlockBitmapChecksum = Volume.Bitmaps.BlockChecksum(blocks);
            }
        }

        if (!Volume.Groups.HasFlag(group, GroupFlags.InodeUninit))
        {
            Bitmap inodes = Volume.Bitmaps.Inodes(group);
            WriteChanged(descriptor.InodeBitmap * Volume.BlockSize, inodes.Bits);
            if (Volume.HasChecksums)
            {
                descriptor.InodeBitmapChecksum = Volume.Bitmaps.InodeChecksum(inodes);
            }
        }

        Volume.Groups.Write(_device, group);
    }

    // An overlay keeps every block that was ever written: what stays the same is not touched.
    private void WriteChanged(long offset, byte[] bytes)
    {
        if (!_device.ReadBytes(offset, bytes.Length).AsSpan().SequenceEqual(bytes))
        {
            _device.WriteAt(offset, bytes);
        }
    }
}
