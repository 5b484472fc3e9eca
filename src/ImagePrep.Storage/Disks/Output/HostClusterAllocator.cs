using System.Buffers.Binary;
using ImagePrep.Storage.Disks.Qcow2;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// Gives out the host clusters of a new file in ascending order and counts their users. Compressed streams stand one behind the other and may cross
/// into the next cluster if it is the next in the file; what has to start on a cluster boundary takes a cluster of its own meanwhile.
/// </summary>
internal sealed class HostClusterAllocator(int clusterBits)
{
    /// <summary>Blocks of 16-bit counts as they will stand in the file: 2 bytes for each host cluster, 32 MiB for a file of 1 TiB at 64 KiB.</summary>
    private readonly List<byte[]> _refcounts = [];

    private long _packed;
    private long _packedEnd;

    /// <summary>Length of the file so far in bytes.</summary>
    public long End { get; private set; }

    private int ClusterSize => 1 << clusterBits;

    /// <summary>Host offset of new clusters, one behind the other, with one user.</summary>
    public long Take(long clusters)
    {
        long start = End;
        End += clusters << clusterBits;
        Count(start, End);
        return start;
    }

    /// <summary>The L2 entry of a compressed stream that is shorter than a cluster.</summary>
    public (long Offset, ulong Entry) Pack(int length)
    {
        if (length > _packedEnd - _packed)
        {
            if (_packedEnd != End)
            {
                // Something else stands behind: what is left of the cluster stays empty.
                _packed = End;
            }

            End += ClusterSize;
            _packedEnd = End;
        }

        long offset = _packed;
        _packed += length;
        Count(offset, _packed);
        long sectors = ((_packed - 1) / Qcow2ClusterEntry.SectorSize) - (offset / Qcow2ClusterEntry.SectorSize);
        return (offset, Qcow2ClusterEntry.CompressedFlag | ((ulong)sectors << Qcow2ClusterEntry.CompressedOffsetBits(clusterBits)) | (ulong)offset);
    }

    /// <summary>Takes the clusters of the counts themselves, and gives blocks and table as they are to be written. Nothing may be taken afterwards.</summary>
    public (long BlocksOffset, IReadOnlyList<byte[]> Blocks, long TableOffset, long TableClusters) Finish()
    {
        Qcow2Refcounts sizes = Qcow2Refcounts.For(End >> clusterBits, clusterBits);
        long blocks = Take(sizes.BlockClusters);
        long table = Take(sizes.TableClusters);
        return (blocks, _refcounts, table, sizes.TableClusters);
    }

    private void Count(long start, long end)
    {
        int perBlockBits = clusterBits - 1;
        for (long cluster = start >> clusterBits; cluster <= (end - 1) >> clusterBits; cluster++)
        {
            int block = (int)(cluster >> perBlockBits);
            while (block >= _refcounts.Count)
            {
                _refcounts.Add(new byte[ClusterSize]);
            }

            // A stream takes a thousandth of its cluster at least: counts stay far below 16 bits.
            Span<byte> count = _refcounts[block].AsSpan((int)(cluster & ((1L << perBlockBits) - 1)) * sizeof(ushort));
            BinaryPrimitives.WriteUInt16BigEndian(count, checked((ushort)(BinaryPrimitives.ReadUInt16BigEndian(count) + 1)));
        }
    }
}
