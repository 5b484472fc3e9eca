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

    public static IReadOnlyList<GrubBlocks> Parse(ReadOnlySpan<byte> firstCoreSector)
    {
        List<GrubBlocks> blocks = [];
        for (int i = 1; i <= MaxRecords; i++)
        {
            ReadOnlySpan<byte> record = firstCoreSector.Slice(BootSector.Size - (i * RecordSize), RecordSize);
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
