using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Disks.Raw;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>One pass over all tables before the first read: every cluster lies in the file, and none is used twice.</summary>
internal static class Qcow2Audit
{
    private const ulong RefcountTableReserved = 0x1FF;

    public static void Run(HostFile file, Qcow2Header header, Qcow2Tables tables)
    {
        HostClusterClaims claims = new(file.Length, header.ClusterBits);
        claims.Exclusive(0, Math.Min(header.ClusterSize, file.Length), "the header");
        if (header.L1Size > 0)
        {
            claims.Exclusive(header.L1TableOffset, (long)header.L1Size * sizeof(ulong), "the L1 table");
        }

        ClaimRefcounts(file, header, claims);
        ReadOnlySpan<long> l2Offsets = tables.L2Offsets;
        foreach (long offset in l2Offsets)
        {
            if (offset != 0)
            {
                claims.Exclusive(offset, header.ClusterSize, "an L2 table");
            }
        }

        // Tables are visited only after no two L1 entries share one: the number of visits is bounded by the file's length.
        for (int i = 0; i < l2Offsets.Length; i++)
        {
            ClaimClusters(tables.Table(i), header, claims);
        }

        claims.Finish();
    }

    private static void ClaimClusters(Qcow2L2Table? table, Qcow2Header header, HostClusterClaims claims)
    {
        for (int i = 0; i < (table?.Count ?? 0); i++)
        {
            Qcow2ClusterEntry entry = table![i];
            if (entry.IsCompressed)
            {
                (long start, int length) = entry.CompressedRange(header.ClusterBits);
                claims.Compressed(start, length);
            }
            else if (entry.HostOffset != 0)
            {
                claims.Exclusive(entry.HostOffset, header.ClusterSize, "data");
            }
        }
    }

    private static void ClaimRefcounts(HostFile file, Qcow2Header header, HostClusterClaims claims)
    {
        const string Structure = "qcow2 refcount table";
        long length = (long)header.RefcountTableClusters << header.ClusterBits;
        if (length == 0)
        {
            return;
        }

        if (header.RefcountTableOffset > file.Length - length)
        {
            throw CorruptImageException.Truncated(Structure, length, Math.Max(0, file.Length - header.RefcountTableOffset));
        }

        claims.Exclusive(header.RefcountTableOffset, length, "the refcount table");
        byte[] table = file.ReadBytes(header.RefcountTableOffset, (int)length);
        for (int i = 0; i < table.Length; i += sizeof(ulong))
        {
            ulong entry = BinaryPrimitives.ReadUInt64BigEndian(table.AsSpan(i));
            if (entry == 0)
            {
                continue;
            }

            if ((entry & RefcountTableReserved) != 0 || entry > long.MaxValue || ((long)entry & (header.ClusterSize - 1)) != 0)
            {
                throw CorruptImageException.OutOfRange(Structure, $"entry {i / sizeof(ulong)}", $"0x{entry:x16}", "a cluster-aligned offset");
            }

            if ((long)entry > file.Length - header.ClusterSize)
            {
                throw CorruptImageException.Truncated($"{Structure} entry {i / sizeof(ulong)}: the block at {entry}", header.ClusterSize, Math.Max(0, file.Length - (long)entry));
            }

            claims.Exclusive((long)entry, header.ClusterSize, "a refcount block");
        }
    }
}
