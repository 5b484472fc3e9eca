using System.Buffers.Binary;

namespace ImagePrep.Fuzz;

/// <summary>
/// Turns seeds into mutants, in place: copying a seed of megabytes costs more than most parsers take. The same random state always gives
/// the same mutant.
/// </summary>
internal sealed class Mutation(FuzzTarget target)
{
    private const int MaxChanges = 6;

    private readonly WorkingCopy[] _copies = [.. target.Seeds.Select(seed => new WorkingCopy(seed))];

    /// <summary>What off-by-one, sign and overflow faults are made of.</summary>
    private static readonly ulong[] Boundaries =
    [
        0, 1, 2, 3, 4, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x00FF_FFFF_FFFF_FE00,
    ];

    /// <summary>The next mutant. It is lost with the next call.</summary>
    public Memory<byte> Next(Random random)
    {
        WorkingCopy copy = _copies[random.Next(_copies.Length)];
        copy.Restore();
        List<HotRange> touched = [];
        for (int change = random.Next(1, MaxChanges); change > 0; change--)
        {
            // One change in ten anywhere: what is not hot should not matter, and that is worth testing too.
            HotRange range = random.Next(10) == 0 ? copy.Anywhere(random) : copy.Seed.Hot[random.Next(copy.Seed.Hot.Count)];
            ChangeField(copy.Bytes.AsSpan(range.Offset, range.Length), random);
            touched.Add(range);
        }

        // Some mutants keep their wrong checksums: the check itself is under test as well.
        if (random.Next(8) != 0)
        {
            foreach (HotRange range in touched)
            {
                range.Seal?.Invoke(copy.Bytes);
            }
        }

        return ChangeLength(copy.Bytes, random);
    }

    /// <summary>Whether every seed is as it was: a parser that writes to its input spoils all mutants after it.</summary>
    public bool SeedsAreWhole() => Array.TrueForAll(_copies, copy => copy.IsWhole());

    private void ChangeField(Span<byte> range, Random random)
    {
        int size = 1 << random.Next(4);
        int offset = random.Next(range.Length);
        if (random.Next(4) != 0)
        {
            offset &= -size;
        }

        size = Math.Min(size, range.Length - offset);
        Span<byte> field = range.Slice(offset, size);
        switch (random.Next(8))
        {
            case 0:
                field[0] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                field[0] = (byte)random.Next(256);
                break;
            case 2 or 3:
                Write(field, Boundaries[random.Next(Boundaries.Length)], random.Next(4) == 0);
                break;
            case 4:
                // Near what was there: the next block, one entry more, one byte too far.
                Write(field, unchecked(Read(field) + (ulong)random.Next(-16, 17)), bigEndian: false);
                break;
            case 5:
                range.Slice(offset, Math.Min(random.Next(1, 64), range.Length - offset)).Fill((byte)(random.Next(2) * 255));
                break;
            case 6:
                // A field that means something elsewhere in the same structure.
                int from = random.Next(range.Length) & -size;
                range.Slice(from, Math.Min(size, range.Length - from)).CopyTo(field[..Math.Min(size, range.Length - from)]);
                break;
            default:
                // A piece of any seed, at a place where the parser may expect something else.
                byte[] other = target.Seeds[random.Next(target.Seeds.Count)].Bytes;
                int start = random.Next(other.Length);
                int count = Math.Min(random.Next(1, 128), Math.Min(other.Length - start, range.Length - offset));
                other.AsSpan(start, count).CopyTo(range[offset..]);
                break;
        }
    }

    private Memory<byte> ChangeLength(byte[] bytes, Random random)
    {
        if (random.Next(16) == 0)
        {
            return bytes.AsMemory(0, random.Next(bytes.Length));
        }

        if (!target.MayChangeLength || random.Next(4) != 0 || bytes.Length == 0)
        {
            return bytes;
        }

        // Text: take a piece out, or put one in, sometimes very often.
        int at = random.Next(bytes.Length);
        int count = Math.Min(random.Next(1, 32), bytes.Length - at);
        byte[] changed = random.Next(3) switch
        {
            0 => [.. bytes[..at], .. bytes[(at + count)..]],
            1 => [.. bytes[..(at + count)], .. bytes[at..]],
            _ => [.. bytes[..at], .. Enumerable.Repeat(bytes[at], 1 << random.Next(14)), .. bytes[at..]],
        };
        return changed;
    }

    private static ulong Read(ReadOnlySpan<byte> field)
    {
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        field[..Math.Min(8, field.Length)].CopyTo(wide);
        return BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }

    private static void Write(Span<byte> field, ulong value, bool bigEndian)
    {
        Span<byte> wide = stackalloc byte[8];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt64BigEndian(wide, value);
            wide[(8 - field.Length)..].CopyTo(field);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(wide, value);
            wide[..field.Length].CopyTo(field);
        }
    }

    /// <summary>The bytes of a seed, changed and put back.</summary>
    private sealed class WorkingCopy(Seed seed)
    {
        private const int MaxChangeElsewhere = 128;

        private readonly List<HotRange> _elsewhere = [];

        public Seed Seed { get; } = seed;

        public byte[] Bytes { get; } = [.. seed.Bytes];

        /// <summary>A small range at any place, which is put back like the hot ones.</summary>
        public HotRange Anywhere(Random random)
        {
            int offset = random.Next(Bytes.Length) & -8;
            HotRange range = new(offset, Math.Min(MaxChangeElsewhere, Bytes.Length - offset));
            _elsewhere.Add(range);
            return range;
        }

        public void Restore()
        {
            foreach (HotRange range in Seed.Hot)
            {
                Restore(range);
            }

            _elsewhere.ForEach(Restore);
            _elsewhere.Clear();
        }

        public bool IsWhole()
        {
            Restore();
            return Bytes.AsSpan().SequenceEqual(Seed.Bytes);
        }

        private void Restore(HotRange range) => Seed.Bytes.AsSpan(range.Offset, range.Length).CopyTo(Bytes.AsSpan(range.Offset));
    }
}
