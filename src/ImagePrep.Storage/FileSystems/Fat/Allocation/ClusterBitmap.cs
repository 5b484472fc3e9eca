using System.Numerics;

namespace ImagePrep.Storage.FileSystems.Fat.Allocation;

/// <summary>One bit for each cluster of a volume: at most 32 MiB.</summary>
internal sealed class ClusterBitmap(uint clusterCount)
{
    private const int WordBits = 64;

    private readonly ulong[] _words = new ulong[((clusterCount + (long)FatTable.FirstCluster) / WordBits) + 1];

    /// <summary>The number after the last cluster's.</summary>
    public uint End { get; } = clusterCount + FatTable.FirstCluster;

    /// <summary>How many bits are set.</summary>
    public uint Count { get; private set; }

    public bool this[uint cluster]
    {
        get => ((_words[cluster / WordBits] >> (int)(cluster % WordBits)) & 1) != 0;
        set
        {
            ulong bit = 1UL << (int)(cluster % WordBits);
            ref ulong word = ref _words[cluster / WordBits];
            if ((word & bit) != 0 == value)
            {
                return;
            }

            word ^= bit;
            Count = value ? Count + 1 : Count - 1;
        }
    }

    public uint NextSet(uint from) => Next(from, 0);

    public uint NextClear(uint from) => Next(from, ulong.MaxValue);

    /// <summary>Runs of set bits, in order.</summary>
    public IEnumerable<ClusterRun> SetRuns()
    {
        uint start = NextSet(FatTable.FirstCluster);
        while (start < End)
        {
            uint end = NextClear(start);
            yield return new ClusterRun(start, end - start);
            start = NextSet(end);
        }
    }

    private uint Next(uint from, ulong flip)
    {
        uint position = from;
        while (position < End)
        {
            ulong word = (_words[position / WordBits] ^ flip) >> (int)(position % WordBits);
            if (word != 0)
            {
                return (uint)Math.Min(End, position + (long)BitOperations.TrailingZeroCount(word));
            }

            position += WordBits - (position % WordBits);
        }

        return End;
    }
}
