using System.Buffers;
using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Ext;

/// <summary>An inode as it stands in its table, in use or not, and not checked.</summary>
/// <param name="Number">Inode number.</param>
/// <param name="Raw">Its bytes; valid until the next one is taken.</param>
internal readonly record struct StoredInode(uint Number, ReadOnlyMemory<byte> Raw)
{
    public bool IsDirectory => Type == ModeBits.Directory;

    public bool IsRegular => Type == ModeBits.Regular;

    private int Type => BinaryPrimitives.ReadUInt16LittleEndian(Raw.Span) & ModeBits.TypeMask;
}

/// <summary>Reads the initialised part of a group's inode table in order, in large pieces.</summary>
internal static class InodeTableReader
{
    private const int ReadSize = 1 << 20;

    public static IEnumerable<StoredInode> Read(Volume volume, uint group)
    {
        int size = volume.Superblock.InodeSize;
        uint initialised = volume.Groups.InitialisedInodes(group);
        uint perRead = Math.Min((uint)(ReadSize / size), initialised);

        // Rented: the tables are read several times over, and fresh memory for each group costs more than reading it.
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)perRead * size);
        try
        {
            for (uint start = 0; start < initialised; start += perRead)
            {
                uint first = (group * volume.Superblock.InodesPerGroup) + start + 1;
                uint count = Math.Min(perRead, initialised - start);
                volume.Device.ReadAt(volume.Groups.InodeLocation(first), buffer.AsSpan(0, (int)count * size));
                for (uint index = 0; index < count; index++)
                {
                    yield return new StoredInode(first + index, buffer.AsMemory((int)index * size, size));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
