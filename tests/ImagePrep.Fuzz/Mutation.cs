using System.Buffers.Binary;

namespace ImagePrep.Fuzz;

/// <summary>Turns a seed into a mutant. The same random state always gives the same mutant.</summary>
internal static class Mutation
{
    private const int MaxChanges = 6;

    /// <summary>What off-by-one, sign and overflow faults are made of.</summary>
    private static readonly ulong[] Boundaries =
    [
        0, 1, 2, 3, 4, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x00FF_FFFF_FFFF_FE00,
    ];

    public static byte[] Apply(FuzzTarget target, Random random)
    {
        Seed seed = target.Seeds[random.Next(target.Seeds.Count)];
        byte[] bytes = [.. seed.Bytes];
        List<HotRange> touched = [];
        for (int change = random.Next(1, MaxChanges); change > 0; change--)
        {
            // One change in ten anywhere: what is not hot should not matter, and that is worth testing too.
            HotRange range = random.Next(10) == 0 ? new HotRange(0, bytes.Length) : seed.Hot[random.Next(seed.Hot.Count)];
            ChangeField(bytes.AsSpan(range.Offset, Math.Min(range.Length, bytes.Length - range.Offset)), target, random);
            touched.Add(range);
        }

        // Some mutants keep their wrong checksums: the check itself is under test as well.
        if (random.Next(8) != 0)
        {
            foreach (HotRange range in touched)
            {
                range.Seal?.Invoke(bytes);
            }
        }

        return ChangeLength(bytes, target, random);
    }

    private static void ChangeField(Span<byte> range, FuzzTarget target, Random random)
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

    private static byte[] ChangeLength(byte[] bytes, FuzzTarget target, Random random)
    {
        if (random.Next(16) == 0)
        {
            return bytes[..random.Next(bytes.Length)];
        }

        if (!target.MayChangeLength || random.Next(4) != 0 || bytes.Length == 0)
        {
            return bytes;
        }

        // Text: take a piece out, or put one in, sometimes very often.
        int at = random.Next(bytes.Length);
        int count = Math.Min(random.Next(1, 32), bytes.Length - at);
        return random.Next(3) switch
        {
            0 => [.. bytes[..at], .. bytes[(at + count)..]],
            1 => [.. bytes[..(at + count)], .. bytes[at..]],
            _ => [.. bytes[..at], .. Enumerable.Repeat(bytes[at], 1 << random.Next(14)), .. bytes[at..]],
        };
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
}
