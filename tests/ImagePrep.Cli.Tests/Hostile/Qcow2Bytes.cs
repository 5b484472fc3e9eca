using System.Buffers.Binary;

namespace ImagePrep.Cli.Tests.Hostile;

/// <summary>
/// A qcow2 image of six clusters of 64 KiB, written byte by byte: header, refcount table and block, L1, L2, and one cluster of data. Tests change
/// single fields of it (qemu, docs/interop/qcow2).
/// </summary>
internal sealed class Qcow2Bytes
{
    public const int Cluster = 65536;
    public const int RefcountTable = Cluster;
    public const int L1 = 3 * Cluster;
    public const int L2 = 4 * Cluster;
    public const int Data = 5 * Cluster;
    public const ulong Copied = 1UL << 63;

    /// <summary>What one L2 table maps.</summary>
    private const long DiskLength = 512L << 20;

    private readonly byte[] _bytes = new byte[6 * Cluster];

    public Qcow2Bytes()
    {
        U32(0, 0x514649FB).U32(4, 3).U32(20, 16).U64(24, (ulong)DiskLength).U32(36, 1).U64(40, L1).U64(48, RefcountTable).U32(56, 1);
        U32(96, 4).U32(100, 104);
        U64(RefcountTable, 2 * Cluster);
        for (int cluster = 0; cluster < 6; cluster++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan((2 * Cluster) + (2 * cluster)), 1);
        }

        U64(L1, L2 | Copied).U64(L2, Data | Copied);
        HostileImage.EmptyDisk(4096).CopyTo(_bytes, Data);
    }

    public Qcow2Bytes U32(int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(offset), value);
        return this;
    }

    public Qcow2Bytes U64(int offset, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(offset), value);
        return this;
    }

    public Qcow2Bytes Put(int offset, ReadOnlySpan<byte> value)
    {
        value.CopyTo(_bytes.AsSpan(offset));
        return this;
    }

    /// <summary>Every entry of L1 leads to the one L2 table, and every entry of that to the one cluster of data: 8 GiB out of 384 KiB.</summary>
    public Qcow2Bytes Amplified()
    {
        const int tables = 16;
        U64(24, (ulong)(tables * DiskLength)).U32(36, tables);
        for (int i = 0; i < tables; i++)
        {
            U64(L1 + (8 * i), L2 | Copied);
        }

        for (int i = 0; i < Cluster / 8; i++)
        {
            U64(L2 + (8 * i), Data | Copied);
        }

        return this;
    }

    public void Save(string path) => File.WriteAllBytes(path, _bytes);
}
