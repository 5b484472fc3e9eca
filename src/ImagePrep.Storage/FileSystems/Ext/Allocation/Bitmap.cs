using System.Buffers.Binary;
using System.Numerics;

namespace ImagePrep.Storage.FileSystems.Ext.Allocation;

/// <summary>
/// A block or inode bitmap: bit n is byte n/8, value 1 &lt;&lt; n%8; set means in use. Searches go a machine word at a time.
/// </summary>
/// <seealso href="https://www.kernel.org/doc/html/latest/filesystems/ext4/bitmaps.html"/>
internal sealed class Bitmap
{
    private const uint WordBits = 64;

    /// <param name="bits">The whole bitmap block; a multiple of 8 bytes.</param>
    /// <param name="count">Bits that stand for something; those behind are padding.</param>
    public Bitmap(byte[] bits, uint count)
    {
        Bits = bits;
        Count = count;
    }

    public byte[] Bits { get; }

    public uint Count { get; }

    public bool this[uint index] => (Bits[index / 8] & (1 << (int)(index % 8))) != 0;

    public void Set(uint start, uint count)
    {
        for (uint index = start; index < start + count;)
        {
            if (index % 8 == 0 && start + count - index >= 8)
            {
                Bits[index / 8] = 0xFF;
                index += 8;
            }
            else
            {
                Bits[index / 8] |= (byte)(1 << (int)(index % 8));
                index++;
            }
        }
    }

    public void Clear(uint start, uint count)
    {
        for (uint index = start; index < start + count;)
        {
            if (index % 8 == 0 && start + count - index >= 8)
            {
                Bits[index / 8] = 0;
                index += 8;
            }
            else
            {
                Bits[index / 8] &= (byte)(0xFF - (1 << (int)(index % 8)));
                index++;
            }
        }
    }

    public bool AllSet(uint start, uint count) => NextClear(start) >= start + count;

    public bool AllClear(uint start, uint count) => NextSet(start) >= start + count;

    /// <summary>The first clear bit from <paramref name="from"/> on, or <see cref="Count"/>.</summary>
    public uint NextClear(uint from) => Next(from, ulong.MaxValue);

    /// <summary>The first set bit from <paramref name="from"/> on, or <see cref="Count"/>.</summary>
    public uint NextSet(uint from) => Next(from, 0);

    /// <summary>The first run of clear bits of the wanted length that starts at or after <paramref name="from"/>, or <see cref="Count"/>.</summary>
    public uint FindClearRun(uint from, uint wanted)
    {
        uint start = NextClear(from);
        while (start < Count)
        {
            uint end = NextSet(start);
            if (end - start >= wanted)
            {
                return start;
            }

            start = NextClear(end);
        }

        return Count;
    }

    /// <summary>Runs of bits that are set here and clear in another bitmap of the same length.</summary>
    public IEnumerable<(uint Start, uint Count)> RunsNotIn(Bitmap other)
    {
        for (uint start = NextSet(0); start < Count; start = NextSet(start))
        {
            uint end = NextClear(start);
            while (start < end)
            {
                uint first = Math.Min(end, other.NextClear(start));
                uint behind = Math.Min(end, other.NextSet(first));
                if (first < behind)
                {
                    yield return (first, behind - first);
                }

                start = behind;
            }
        }
    }

    public uint CountClear()
    {
        uint set = 0;
        uint index = 0;
        for (; index + WordBits <= Count; index += WordBits)
        {
            set += (uint)BitOperations.PopCount(Word(index));
        }

        for (; index < Count; index++)
        {
            set += this[index] ? 1u : 0u;
        }

        return Count - set;
    }

    // Inverting the words turns the search for a clear bit into one for a set bit.
    private uint Next(uint from, ulong inversion)
    {
        while (from < Count)
        {
            uint word = from - (from % WordBits);
            ulong candidates = (Word(word) ^ inversion) & (ulong.MaxValue << (int)(from % WordBits));
            if (candidates != 0)
            {
                return Math.Min(Count, word + (uint)BitOperations.TrailingZeroCount(candidates));
            }

            from = word + WordBits;
        }

        return Count;
    }

    private ulong Word(uint index) => BinaryPrimitives.ReadUInt64LittleEndian(Bits.AsSpan((int)(index / 8)));
}
