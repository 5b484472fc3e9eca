using System.Buffers.Binary;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>A run of sectors that GRUB 2's core.img loads.</summary>
internal readonly record struct GrubBlocks(ulong FirstSector, ushort Count);

/// <summary>
/// The list at the end of core.img's first sector that says where the rest of core.img is: records of 12 bytes (first sector, count, segment to
/// load to) from the end downwards, until one with count 0.
/// </summary>
internal static class GrubBlockList
{
    private const int RecordSize = 12;
    private const int CountOffset = 8;

    /// <summary>The records share the sector with code, so there can be no more than this.</summary>
    private const int MaxRecords = BootSector.Size / RecordSize;

    /// <summary>Where diskboot.img, which is that sector, keeps the texts of its errors; all before the list.</summary>
    private const int FirstText = 0x100;

    /// <summary>Whether a sector is the first of a core.img: the errors it prints are the same in every version.</summary>
    public static bool IsCore(ReadOnlySpan<byte> sector) => sector[FirstText..].IndexOf("Geom\0Read\0 Error"u8) >= 0;

    /// <summary>Where in the sector the place of a record is, counted as <see cref="Parse"/> does: 64 bits, little-endian.</summary>
    public static int OffsetOf(int index) => BootSector.Size - ((index + 1) * RecordSize);

    /// <summary>Blanks the places, so that two lists can be compared that differ in nothing else.</summary>
    public static void ClearPlaces(Span<byte> firstCoreSector, int count)
    {
        for (int i = 0; i < count; i++)
        {
            firstCoreSector.Slice(OffsetOf(i), sizeof(ulong)).Clear();
        }
    }

    public static IReadOnlyList<GrubBlocks> Parse(ReadOnlySpan<byte> firstCoreSector)
    {
        List<GrubBlocks> blocks = [];
        for (int i = 0; i < MaxRecords; i++)
        {
            ReadOnlySpan<byte> record = firstCoreSector.Slice(OffsetOf(i), RecordSize);
            ushort count = BinaryPrimitives.ReadUInt16LittleEndian(record[CountOffset..]);
            if (count == 0)
            {
                break;
            }

            blocks.Add(new GrubBlocks(BinaryPrimitives.ReadUInt64LittleEndian(record), count));
        }

        return blocks;
    }
}
