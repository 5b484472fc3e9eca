using System.Buffers;
using System.Numerics;
using System.Runtime.ExceptionServices;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Disks.Output;

/// <summary>
/// Which clusters of a disk hold anything but zeros: one bit each, in groups that exist only where something may be stored. Knowing this before
/// copying lets the whole layout of the output be fixed at once: every part can then be written, and hashed, in file order.
/// </summary>
internal sealed class ClusterPlan
{
    /// <summary>1 KiB of bits; half a gigabyte of disk at 64 KiB clusters.</summary>
    private const int GroupClusters = 8192;

    private const int WordClusters = 64;
    private const int GroupWords = GroupClusters / WordClusters;

    /// <summary>Nearly every cluster that holds data shows it in its first page.</summary>
    private const int ProbeLength = 4096;

    private const int ScanLength = 64 << 10;

    private readonly ulong[]?[] _groups;
    private readonly long[] _usedBefore;

    private ClusterPlan(long length, int clusterBits)
    {
        ClusterBits = clusterBits;
        Length = length;
        ClusterCount = (length >> clusterBits) + ((length & ((1L << clusterBits) - 1)) == 0 ? 0 : 1);
        _groups = new ulong[(ClusterCount / GroupClusters) + 1][];
        _usedBefore = new long[_groups.Length + 1];
    }

    public int ClusterBits { get; }

    public int ClusterSize => 1 << ClusterBits;

    /// <summary>Length of the disk in bytes.</summary>
    public long Length { get; }

    public long ClusterCount { get; }

    public long UsedCount => _usedBefore[^1];

    /// <summary>
    /// The clusters that an overlay maps, used ones and zeros that hide a backing file; null for an image that stands alone, which maps what it uses.
    /// </summary>
    public ClusterPlan? Mapped { get; private init; }

    /// <summary>Finds the clusters that hold data: what the reader knows to be empty is skipped, the rest is looked at.</summary>
    public static ClusterPlan Scan(IBlockReader content, OutputOptions output, CancellationToken cancellation)
    {
        int bits = output.ClusterBits;
        ClusterPlan? mapped = output.Backing is { } backing ? MarkOwn(content.Length, bits, backing) : null;

        // Version 2 cannot say that a cluster is zero: what hides the backing file there is stored, zeros and all.
        if (mapped is not null && output.Qcow2Version == 2)
        {
            return mapped;
        }

        ClusterPlan plan = new(content.Length, bits) { Mapped = mapped };
        foreach (ByteRange part in mapped?.Runs() ?? [new ByteRange(0, content.Length)])
        {
            foreach (ByteRange data in content.DataRanges(part))
            {
                plan.Mark(data.Start >> bits, (data.End - 1) >> bits);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        ParallelOptions options = new() { MaxDegreeOfParallelism = output.WorkerCount, CancellationToken = cancellation };
        for (int group = 0; group < plan._groups.Length; group++)
        {
            if (plan._groups[group] is not null)
            {
                plan.DropZeros(content, group, options);
            }
        }

        plan.CountUsed();
        return plan;
    }

    /// <summary>The runs of used clusters in bytes of the disk, in order; the last one ends where the disk does.</summary>
    public IEnumerable<ByteRange> Runs()
    {
        for (long first = NextUsed(0); first < ClusterCount;)
        {
            long end = NextUnused(first);
            yield return ByteRange.FromBounds(first << ClusterBits, Math.Min(end << ClusterBits, Length));
            first = NextUsed(end);
        }
    }

    /// <summary>How many used clusters lie before this one.</summary>
    public long Rank(long cluster)
    {
        int index = (int)(cluster / GroupClusters);
        long rank = _usedBefore[index];
        if (index < _groups.Length && _groups[index] is { } group)
        {
            int within = (int)(cluster % GroupClusters);
            rank += CountBits(group.AsSpan(0, within / WordClusters));
            rank += BitOperations.PopCount(group[within / WordClusters] & ((1UL << (within % WordClusters)) - 1));
        }

        return rank;
    }

    /// <summary>The used cluster with this many used ones before it.</summary>
    public long Select(long rank)
    {
        int found = Array.BinarySearch(_usedBefore, rank);
        int index = found < 0 ? ~found - 1 : found;
        while (_usedBefore[index + 1] == rank)
        {
            index++;
        }

        ulong[] group = _groups[index]!;
        long left = rank - _usedBefore[index];
        int word = 0;
        for (int count = BitOperations.PopCount(group[0]); count <= left; count = BitOperations.PopCount(group[word]))
        {
            left -= count;
            word++;
        }

        ulong bits = group[word];
        for (; left > 0; left--)
        {
            bits &= bits - 1;
        }

        return ((long)index * GroupClusters) + (word * WordClusters) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>The first used cluster at or after this one, or <see cref="ClusterCount"/>.</summary>
    public long NextUsed(long cluster) => Next(cluster, used: true);

    /// <summary>The first cluster at or after this one that holds nothing, or <see cref="ClusterCount"/>.</summary>
    public long NextUnused(long cluster) => Next(cluster, used: false);

    private static ClusterPlan MarkOwn(long length, int bits, BackingFile backing)
    {
        ClusterPlan plan = new(length, bits);
        foreach (ByteRange range in backing.Own ?? [new ByteRange(0, length)])
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(range.End, length, nameof(backing));
            if (!range.IsEmpty)
            {
                plan.Mark(range.Start >> bits, (range.End - 1) >> bits);
            }
        }

        plan.CountUsed();
        return plan;
    }

    private void CountUsed()
    {
        for (int group = 0; group < _groups.Length; group++)
        {
            _usedBefore[group + 1] = _usedBefore[group] + CountBits(_groups[group]);
        }
    }

    private long Next(long cluster, bool used)
    {
        while (cluster < ClusterCount)
        {
            ulong[]? group = _groups[cluster / GroupClusters];
            if (group is null)
            {
                if (!used)
                {
                    return cluster;
                }

                cluster = ((cluster / GroupClusters) + 1) * GroupClusters;
                continue;
            }

            ulong word = group[cluster % GroupClusters / WordClusters];
            ulong wanted = (used ? word : ~word) & (ulong.MaxValue << (int)(cluster % WordClusters));
            if (wanted != 0)
            {
                return Math.Min(ClusterCount, (cluster / WordClusters * WordClusters) + BitOperations.TrailingZeroCount(wanted));
            }

            cluster = ((cluster / WordClusters) + 1) * WordClusters;
        }

        return ClusterCount;
    }

    private void Mark(long first, long last)
    {
        for (long cluster = first; cluster <= last; cluster++)
        {
            ulong[] group = _groups[cluster / GroupClusters] ??= new ulong[GroupWords];
            group[cluster % GroupClusters / WordClusters] |= 1UL << (int)(cluster % WordClusters);
        }
    }

    /// <summary>Clears the marks of clusters that are zero after all. Each word has one worker, so marks need no locks.</summary>
    private void DropZeros(IBlockReader content, int index, ParallelOptions options)
    {
        ulong[] group = _groups[index]!;
        try
        {
            Parallel.For(
                0,
                GroupWords,
                options,
                () => ArrayPool<byte>.Shared.Rent(ScanLength),
                (word, _, buffer) =>
                {
                    for (ulong left = group[word]; left != 0; left &= left - 1)
                    {
                        int bit = BitOperations.TrailingZeroCount(left);
                        if (IsZero(content, ((long)index * GroupClusters) + (word * WordClusters) + bit, buffer))
                        {
                            group[word] &= ~(1UL << bit);
                        }
                    }

                    return buffer;
                },
                buffer => ArrayPool<byte>.Shared.Return(buffer));
        }
        catch (AggregateException failures)
        {
            // The reader's own exception is what the caller knows how to handle.
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private bool IsZero(IBlockReader content, long cluster, byte[] buffer)
    {
        long position = cluster << ClusterBits;
        long end = Math.Min(position + ClusterSize, Length);
        int step = ProbeLength;
        while (position < end)
        {
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(step, end - position));
            content.ReadAt(position, piece);
            if (piece.ContainsAnyExcept((byte)0))
            {
                return false;
            }

            position += piece.Length;
            step = ScanLength;
        }

        return true;
    }

    private static int CountBits(ReadOnlySpan<ulong> words)
    {
        int count = 0;
        foreach (ulong word in words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }
}
