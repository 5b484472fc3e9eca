using System.Buffers.Binary;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Partitions.Gpt;

/// <summary>
/// The header of a GPT, primary or backup: one sector. Kept as raw bytes; a change patches its fields and renews the checksum, so that
/// what a later revision keeps in the rest of the sector survives.
/// </summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html#gpt-header"/>
internal sealed class GptHeader
{
    /// <summary>Bytes of the fields that revision 1.0 defines.</summary>
    public const int Size = 92;

    public const uint SupportedRevision = 0x00010000;

    private const string Structure = "GPT header";

    private readonly byte[] _sector;

    private GptHeader(byte[] sector) => _sector = sector;

    /// <summary>"EFI PART".</summary>
    public static ReadOnlySpan<byte> Magic => "EFI PART"u8;

    /// <summary>The whole sector.</summary>
    public ReadOnlyMemory<byte> Raw => _sector;

    /// <summary>HeaderSize: how many bytes the checksum covers.</summary>
    public int HeaderSize => (int)UInt32(Offsets.HeaderSize);

    /// <summary>MyLBA.</summary>
    public ulong MyLba => UInt64(Offsets.MyLba);

    /// <summary>AlternateLBA: where the other copy is.</summary>
    public ulong AlternateLba => UInt64(Offsets.AlternateLba);

    /// <summary>FirstUsableLBA.</summary>
    public ulong FirstUsableLba => UInt64(Offsets.FirstUsableLba);

    /// <summary>LastUsableLBA.</summary>
    public ulong LastUsableLba => UInt64(Offsets.LastUsableLba);

    /// <summary>DiskGUID.</summary>
    public Guid DiskGuid => new(_sector.AsSpan(Offsets.DiskGuid, 16));

    /// <summary>PartitionEntryLBA: where this copy's array of entries begins.</summary>
    public ulong EntriesLba => UInt64(Offsets.EntriesLba);

    /// <summary>NumberOfPartitionEntries.</summary>
    public uint EntryCount => UInt32(Offsets.EntryCount);

    /// <summary>SizeOfPartitionEntry.</summary>
    public uint EntrySize => UInt32(Offsets.EntrySize);

    /// <summary>PartitionEntryArrayCRC32.</summary>
    public uint EntriesCrc => UInt32(Offsets.EntriesCrc);

    /// <summary>Checks magic, revision, length and checksum. Ranges need the disk and are <see cref="GptCopy"/>'s.</summary>
    /// <param name="sector">The whole sector.</param>
    public static GptHeader Parse(ReadOnlySpan<byte> sector)
    {
        if (sector.Length < Size)
        {
            throw CorruptImageException.Truncated(Structure, Size, sector.Length);
        }

        if (!sector.StartsWith(Magic))
        {
            throw new CorruptImageException(CorruptKind.BadMagic, Structure, "it does not begin with \"EFI PART\".");
        }

        GptHeader header = new(sector.ToArray());
        uint revision = header.UInt32(Offsets.Revision);
        if (revision != SupportedRevision)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.UnknownFeature, Structure, $"its revision is 0x{revision:x8}; only 0x{SupportedRevision:x8} (1.0) is known.");
        }

        uint headerSize = header.UInt32(Offsets.HeaderSize);
        if (headerSize < Size || headerSize > sector.Length)
        {
            throw CorruptImageException.OutOfRange(Structure, "HeaderSize", headerSize, $"{Size} to {sector.Length}");
        }

        uint found = header.UInt32(Offsets.HeaderCrc);
        uint computed = header.ComputeCrc();
        return found == computed ? header : throw CorruptImageException.BadChecksum(Structure, "HeaderCRC32", found, computed);
    }

    /// <summary>The same header with other places and another array, checksum renewed.</summary>
    public GptHeader With(long myLba, long alternateLba, long entriesLba, long lastUsableLba, uint entriesCrc)
    {
        byte[] sector = [.. _sector];
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(Offsets.MyLba), (ulong)myLba);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(Offsets.AlternateLba), (ulong)alternateLba);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(Offsets.LastUsableLba), (ulong)lastUsableLba);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(Offsets.EntriesLba), (ulong)entriesLba);
        return Sealed(sector, entriesCrc);
    }

    /// <summary>The same header with zeros behind it in its sector, for an array with this checksum.</summary>
    public GptHeader WithoutRemains(uint entriesCrc)
    {
        byte[] sector = [.. _sector];
        sector.AsSpan(HeaderSize).Clear();
        return Sealed(sector, entriesCrc);
    }

    private static GptHeader Sealed(byte[] sector, uint entriesCrc)
    {
        GptHeader header = new(sector);
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(Offsets.EntriesCrc), entriesCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(Offsets.HeaderCrc), header.ComputeCrc());
        return header;
    }

    /// <summary>HeaderCRC32 is computed over HeaderSize bytes in which it is itself zero.</summary>
    private uint ComputeCrc()
    {
        byte[] covered = _sector[..HeaderSize];
        covered.AsSpan(Offsets.HeaderCrc, sizeof(uint)).Clear();
        return Crc32.Compute(covered);
    }

    private uint UInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_sector.AsSpan(offset));

    private ulong UInt64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_sector.AsSpan(offset));

    public static class Offsets
    {
        public const int Signature = 0;
        public const int Revision = Signature + sizeof(ulong);
        public const int HeaderSize = Revision + sizeof(uint);
        public const int HeaderCrc = HeaderSize + sizeof(uint);
        public const int Reserved = HeaderCrc + sizeof(uint);
        public const int MyLba = Reserved + sizeof(uint);
        public const int AlternateLba = MyLba + sizeof(ulong);
        public const int FirstUsableLba = AlternateLba + sizeof(ulong);
        public const int LastUsableLba = FirstUsableLba + sizeof(ulong);
        public const int DiskGuid = LastUsableLba + sizeof(ulong);
        public const int EntriesLba = DiskGuid + 16;
        public const int EntryCount = EntriesLba + sizeof(ulong);
        public const int EntrySize = EntryCount + sizeof(uint);
        public const int EntriesCrc = EntrySize + sizeof(uint);
    }
}
