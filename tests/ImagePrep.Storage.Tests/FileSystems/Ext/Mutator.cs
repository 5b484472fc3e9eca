using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems.Ext;
using ImagePrep.Storage.FileSystems.Ext.Allocation;
using ImagePrep.Storage.FileSystems.Ext.Checksums;
using ImagePrep.Storage.FileSystems.Ext.Content;
using ImagePrep.Storage.FileSystems.Ext.Directories;
using ImagePrep.Storage.FileSystems.Ext.Mapping;

namespace ImagePrep.Storage.Tests.FileSystems.Ext;

/// <summary>Changes single fields of a sound image and, unless told otherwise, makes the checksums right again: the field itself must be caught.</summary>
internal sealed class Mutator
{
    private readonly MemoryDevice _device;

    public Mutator(byte[] image)
    {
        Image = image;
        _device = new MemoryDevice(image);
        Volume = Volume.Open(_device);
    }

    public byte[] Image { get; }

    public Volume Volume { get; }

    public uint Find(string path) => ModelTree.Find(ExtFileSystem.OpenForReading(_device), path).Value;

    public long FirstBlockOf(string path) => InodeMap.Load(Volume, Volume.ReadInode(Find(path))).Runs[0].Physical;

    public void Flip(long offset) => Image[offset] ^= 0x10;

    public static void PatchSuperblock(byte[] image, int offset, params byte[] value)
    {
        value.CopyTo(image, 1024 + offset);
        uint checksum = Crc32C.Compute(~0u, image.AsSpan(1024, Superblock.Offsets.Checksum));
        BitConverter.TryWriteBytes(image.AsSpan(1024 + Superblock.Offsets.Checksum), checksum);
    }

    public void PatchSuperblock(int offset, params byte[] value) => PatchSuperblock(Image, offset, value);

    public void PatchDescriptor(uint group, Action<GroupDescriptor> change)
    {
        change(Volume.Groups[group]);
        Volume.Groups.Write(_device, group);
    }

    public void PatchInode(uint number, Action<Inode> change, bool checksum = true)
    {
        Inode inode = Volume.ReadInode(number);
        change(inode);
        if (checksum)
        {
            inode.UpdateChecksum(Volume.ChecksumSeed);
        }

        _device.WriteAt(Volume.Groups.InodeLocation(number), inode.Raw);
    }

    public void PatchInode(string path, Action<Inode> change, bool checksum = true) => PatchInode(Find(path), change, checksum);

    public void FlipBlockBit(uint group, uint index)
    {
        GroupDescriptor descriptor = Volume.Groups[group];
        Bitmap bitmap = Volume.Bitmaps.Blocks(group);
        bitmap.Bits[index / 8] ^= (byte)(1 << (int)(index % 8));
        _device.WriteAt(descriptor.BlockBitmap * Volume.BlockSize, bitmap.Bits);
        PatchDescriptor(group, d => d.BlockBitmapChecksum = Volume.Bitmaps.BlockChecksum(bitmap));
    }

    public void FlipInodeBit(uint group, uint index)
    {
        GroupDescriptor descriptor = Volume.Groups[group];
        Bitmap bitmap = Volume.Bitmaps.Inodes(group);
        bitmap.Bits[index / 8] ^= (byte)(1 << (int)(index % 8));
        _device.WriteAt(descriptor.InodeBitmap * Volume.BlockSize, bitmap.Bits);
        PatchDescriptor(group, d => d.InodeBitmapChecksum = Volume.Bitmaps.InodeChecksum(bitmap));
    }

    /// <summary>Changes bytes of a directory's first block and renews its tail.</summary>
    public void PatchDirectory(string path, Action<byte[]> change)
    {
        Inode inode = Volume.ReadInode(Find(path));
        long block = InodeMap.Load(Volume, inode).Runs[0].Physical;
        byte[] bytes = Volume.ReadBlock(block);
        change(bytes);
        DirectoryTail.WriteTo(bytes, DirectoryBlocks.MakeRules(Volume, inode));
        _device.WriteAt(block * Volume.BlockSize, bytes);
    }

    public static uint Read32(byte[] image, long offset) => BitConverter.ToUInt32(image, (int)offset);
}
