using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>
/// The first 512 bytes of a partitioned disk (also of a GPT disk, and of each extended partition). Boot code, disk signature and every byte
/// that is not an entry are kept as they are.
/// </summary>
/// <seealso href="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html#legacy-master-boot-record-mbr"/>
internal sealed class MbrSector
{
    /// <summary>An MBR is 512 bytes even where sectors are 4096.</summary>
    public const int Size = 512;

    public const int EntryCount = 4;

    public const ushort SignatureValue = 0xAA55;

    private readonly byte[] _raw;

    private MbrSector(byte[] raw) => _raw = raw;

    public ReadOnlyMemory<byte> Raw => _raw;

    /// <summary>Signature: 55 AA in the last two bytes.</summary>
    public bool HasSignature => BinaryPrimitives.ReadUInt16LittleEndian(_raw.AsSpan(Offsets.Signature)) == SignatureValue;

    /// <summary>UniqueMBRDiskSignature: what PARTUUID= of an MBR partition begins with.</summary>
    public uint DiskSignature => BinaryPrimitives.ReadUInt32LittleEndian(_raw.AsSpan(Offsets.DiskSignature));

    public IEnumerable<MbrEntry> Entries => Enumerable.Range(0, EntryCount).Select(Entry);

    /// <summary>
    /// The test that kernels make: a signature, and nothing but 00 and 80 where an entry says whether it is active. A file system's boot
    /// sector ends with the same signature, but has code or text there.
    /// </summary>
    public bool LooksLikeTable => HasSignature && Entries.All(entry => entry.HasValidStatus);

    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public static MbrSector Parse(ReadOnlySpan<byte> bytes) => new(bytes[..Size].ToArray());

    public static MbrSector Read(IBlockReader disk, long offset) => new(disk.ReadBytes(offset, Size));

    public MbrEntry Entry(int slot) => MbrEntry.Parse(RawEntry(slot).Span);

    public ReadOnlyMemory<byte> RawEntry(int slot) => _raw.AsMemory(EntryOffset(slot), MbrEntry.Size);

    public MbrSector WithEntry(int slot, MbrEntry entry)
    {
        byte[] raw = [.. _raw];
        entry.WriteTo(raw.AsSpan(EntryOffset(slot)));
        return new MbrSector(raw);
    }

    /// <summary>Entries without sectors become zero.</summary>
    public MbrSector WithoutRemains() =>
        Enumerable.Range(0, EntryCount).Aggregate(this, (sector, slot) => sector.Entry(slot).IsEmpty ? sector.WithEntry(slot, default) : sector);

    /// <summary>What is before the entries becomes zero.</summary>
    public MbrSector WithoutCode()
    {
        byte[] raw = [.. _raw];
        raw.AsSpan(0, Offsets.Entries).Clear();
        return new MbrSector(raw);
    }

    public void WriteTo(Span<byte> destination) => _raw.CopyTo(destination);

    private static int EntryOffset(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, EntryCount);
        return Offsets.Entries + (slot * MbrEntry.Size);
    }

    public static class Offsets
    {
        public const int BootCode = 0;
        public const int DiskSignature = 0x1B8;
        public const int Entries = DiskSignature + sizeof(uint) + sizeof(ushort);
        public const int Signature = Entries + (EntryCount * MbrEntry.Size);
    }
}
