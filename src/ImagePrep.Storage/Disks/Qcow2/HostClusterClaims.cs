using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Disks.Qcow2;

/// <summary>
/// Who uses which host cluster. A cluster of metadata or plain data has one user; compressed streams share clusters among themselves only, and
/// never share bytes. Without this a file of 400 KiB whose tables all point to one cluster unfolds to any size.
/// </summary>
internal sealed class HostClusterClaims
{
    /// <summary>Two bits each make 64 MiB; as many clusters as QEMU's largest image of 512-byte clusters, or a file of 16 TiB at 64 KiB.</summary>
    private const long MaxHostClusters = 1L << 28;

    /// <summary>8 bytes each make 128 MiB; 1 TiB of disk at 64 KiB clusters.</summary>
    private const int MaxCompressed = 1 << 24;

    /// <summary>
    /// Deflate cannot expand more than 1032-fold, and real images stay below 100. zstd can go further on a constant fill, yet an image as a whole
    /// does not. A file that promises more than this was made to exhaust its reader.
    /// </summary>
    private const long MaxExpansion = 1100;

    private const int SectorBits = 14;

    private readonly int _clusterBits;
    private readonly long _fileLength;
    private readonly ulong[] _exclusive;
    private ulong[]? _shared;
    private readonly List<ulong> _compressed = [];

    public HostClusterClaims(long fileLength, int clusterBits)
    {
        long clusters = Qcow2Header.DivideUp(fileLength, 1L << clusterBits);
        if (clusters > MaxHostClusters)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit, "qcow2 image", $"the file has {clusters} clusters of {1 << clusterBits} bytes, more than {MaxHostClusters}. Convert it to larger clusters.");
        }

        _fileLength = fileLength;
        _clusterBits = clusterBits;
        _exclusive = new ulong[(clusters / 64) + 1];
    }

    /// <summary>Claims every cluster that [offset, offset + length) touches, for one user.</summary>
    public void Exclusive(long offset, long length, string user)
    {
        long last = (offset + length - 1) >> _clusterBits;
        for (long cluster = offset >> _clusterBits; cluster <= last; cluster++)
        {
            ref ulong word = ref _exclusive[cluster / 64];
            ulong bit = 1UL << (int)(cluster % 64);
            if ((word & bit) != 0)
            {
                throw Overlap(cluster << _clusterBits, user);
            }

            word |= bit;
        }
    }

    /// <summary>Notes a compressed stream; <see cref="Finish"/> judges all of them.</summary>
    public void Compressed(long start, int length)
    {
        if (_compressed.Count == MaxCompressed)
        {
            throw new UnsupportedImageException(UnsupportedKind.Limit, "qcow2 image", $"it has more than {MaxCompressed} compressed clusters. Convert it without compression.");
        }

        // Offset and sector count share one number, so that sorting by offset needs no second array: 2^28 clusters of 2^21 bytes leave 15 bits.
        _compressed.Add(((ulong)start << SectorBits) | (uint)((length + Qcow2ClusterEntry.SectorSize - 1) / Qcow2ClusterEntry.SectorSize));
        _shared ??= new ulong[_exclusive.Length];
        long last = Math.Min(start + length, _fileLength) - 1;
        for (long cluster = start >> _clusterBits; cluster <= last >> _clusterBits; cluster++)
        {
            _shared[cluster / 64] |= 1UL << (int)(cluster % 64);
        }
    }

    /// <summary>Call when all claims are made.</summary>
    public void Finish()
    {
        if (_shared is null)
        {
            return;
        }

        for (int i = 0; i < _shared.Length; i++)
        {
            if ((_shared[i] & _exclusive[i]) != 0)
            {
                long cluster = (i * 64L) + System.Numerics.BitOperations.TrailingZeroCount(_shared[i] & _exclusive[i]);
                throw Overlap(cluster << _clusterBits, "compressed data");
            }
        }

        if (_compressed.Count > (decimal)MaxExpansion * _fileLength / (1L << _clusterBits))
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent,
                "qcow2 image",
                $"{_compressed.Count} compressed clusters of {1 << _clusterBits} bytes cannot come out of a file of {_fileLength} bytes; it was made to exhaust its reader.");
        }

        RefuseSharedStreams();
    }

    private void RefuseSharedStreams()
    {
        _compressed.Sort();
        for (int i = 1; i < _compressed.Count; i++)
        {
            long previous = (long)(_compressed[i - 1] >> SectorBits);
            long sectors = (long)(_compressed[i - 1] & ((1 << SectorBits) - 1));
            long next = (long)(_compressed[i] >> SectorBits);

            // A stream ends somewhere in its last sector, at its first byte or later; the next one may begin right behind it.
            long lastSector = (previous & ~(Qcow2ClusterEntry.SectorSize - 1L)) + ((sectors - 1) * Qcow2ClusterEntry.SectorSize);
            if (next <= Math.Max(previous, lastSector))
            {
                throw Overlap(next, "two compressed clusters");
            }
        }
    }

    private static CorruptImageException Overlap(long offset, string user) => new(
        CorruptKind.Overlap, "qcow2 image", $"the host cluster at {offset} is used twice ({user} and something else). Check the image: qemu-img check -f qcow2 FILE");
}
