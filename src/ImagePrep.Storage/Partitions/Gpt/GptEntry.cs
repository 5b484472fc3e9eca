using System.Buffers.Binary;
using System.Text;

namespace ImagePrep.Storage.Partitions.Gpt;

/// <summary>One entry of a GPT's array. An entry may be longer than these fields; the rest is kept where it is.</summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html#gpt-partition-entry-array"/>
/// <param name="Type">PartitionTypeGUID; all zeros is an unused entry.</param>
/// <param name="UniqueId">UniquePartitionGUID.</param>
/// <param name="FirstLba">StartingLBA.</param>
/// <param name="LastLba">EndingLBA: the last sector that still belongs to the partition.</param>
/// <param name="Attributes">Attributes.</param>
/// <param name="Name">PartitionName: up to 36 UTF-16 units, ended by a zero unless full.</param>
internal sealed record GptEntry(Guid Type, Guid UniqueId, ulong FirstLba, ulong LastLba, ulong Attributes, string Name)
{
    /// <summary>Bytes of the fields; SizeOfPartitionEntry may be larger.</summary>
    public const int Size = 128;

    private const int NameBytes = 72;

    public bool IsUnused => Type == Guid.Empty;

    public static GptEntry Parse(ReadOnlySpan<byte> bytes) => new(
        new Guid(bytes.Slice(Offsets.Type, 16)),
        new Guid(bytes.Slice(Offsets.UniqueId, 16)),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[Offsets.FirstLba..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[Offsets.LastLba..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[Offsets.Attributes..]),
        ReadName(bytes.Slice(Offsets.Name, NameBytes)));

    /// <summary>Moves the entry in place: only its two sector numbers change.</summary>
    public static void PatchPlace(Span<byte> entry, long firstLba, long lastLba)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(entry[Offsets.FirstLba..], (ulong)firstLba);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[Offsets.LastLba..], (ulong)lastLba);
    }

    private static string ReadName(ReadOnlySpan<byte> bytes)
    {
        string name = Encoding.Unicode.GetString(bytes);
        int end = name.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? name : name[..end];
    }

    public static class Offsets
    {
        public const int Type = 0;
        public const int UniqueId = Type + 16;
        public const int FirstLba = UniqueId + 16;
        public const int LastLba = FirstLba + sizeof(ulong);
        public const int Attributes = LastLba + sizeof(ulong);
        public const int Name = Attributes + sizeof(ulong);
    }
}
