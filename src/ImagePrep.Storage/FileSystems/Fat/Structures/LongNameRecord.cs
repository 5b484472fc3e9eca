using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Fat.Structures;

/// <summary>One 32-byte piece of a long name: 13 UTF-16 units, stored last piece first, before the short name it belongs to (fatgen103, "Long Directory Entries").</summary>
internal static class LongNameRecord
{
    public const int UnitsPerRecord = 13;

    /// <summary>Pieces of the longest name, 255 units.</summary>
    public const int MaxRecords = 20;

    /// <summary>LDIR_Ord of the piece that is stored first, the last of the name.</summary>
    public const byte Last = 0x40;

    private const byte Attributes = 0x0F;
    private const ushort Padding = 0xFFFF;

    private static readonly int[] UnitOffsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

    public static byte Order(ReadOnlySpan<byte> raw) => raw[0];

    public static byte Checksum(ReadOnlySpan<byte> raw) => raw[13];

    /// <summary>LDIR_Type is 0 for names, and LDIR_FstClusLO is 0 always.</summary>
    public static bool IsName(ReadOnlySpan<byte> raw) => raw[12] == 0 && BinaryPrimitives.ReadUInt16LittleEndian(raw[26..]) == 0;

    public static void ReadUnits(ReadOnlySpan<byte> raw, Span<char> units)
    {
        for (int i = 0; i < UnitsPerRecord; i++)
        {
            units[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(raw[UnitOffsets[i]..]);
        }
    }

    /// <summary>The pieces of a name in the order in which they are stored.</summary>
    public static byte[] Encode(string name, byte checksum)
    {
        int count = (name.Length + UnitsPerRecord - 1) / UnitsPerRecord;
        byte[] records = new byte[count * DirectoryRecord.Size];
        for (int piece = 0; piece < count; piece++)
        {
            Span<byte> raw = records.AsSpan((count - 1 - piece) * DirectoryRecord.Size, DirectoryRecord.Size);
            raw[0] = (byte)((piece + 1) | (piece == count - 1 ? Last : 0));
            raw[DirectoryRecord.Offsets.Attributes] = Attributes;
            raw[13] = checksum;
            for (int i = 0; i < UnitsPerRecord; i++)
            {
                int unit = (piece * UnitsPerRecord) + i;
                ushort value = unit < name.Length ? name[unit] : unit == name.Length ? (ushort)0 : Padding;
                BinaryPrimitives.WriteUInt16LittleEndian(raw[UnitOffsets[i]..], value);
            }
        }

        return records;
    }
}
