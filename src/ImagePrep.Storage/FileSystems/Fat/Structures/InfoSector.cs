using System.Buffers.Binary;

namespace ImagePrep.Storage.FileSystems.Fat.Structures;

/// <summary>
/// FSInfo of FAT32 (fatgen103, "FAT32 FSInfo Sector Structure"): hints for drivers, nothing that is relied on. Bytes that are not ours survive.
/// </summary>
internal sealed class InfoSector
{
    public const int Size = 512;

    private const uint LeadSignature = 0x4161_5252;
    private const uint StructureSignature = 0x6141_7272;

    private InfoSector(byte[] raw) => Raw = raw;

    public byte[] Raw { get; }

    /// <summary>FSI_Free_Count; 0xffffffff when it is not known.</summary>
    public uint FreeCount
    {
        get => Get(Offsets.FreeCount);
        set => Set(Offsets.FreeCount, value);
    }

    /// <summary>FSI_Nxt_Free: where to look for free clusters, by convention the one allocated last.</summary>
    public uint NextFree
    {
        get => Get(Offsets.NextFree);
        set => Set(Offsets.NextFree, value);
    }

    /// <summary>Null when the signatures are wrong: then the sector is not what it should be and is left alone, as Linux does.</summary>
    public static InfoSector? TryParse(byte[] raw)
    {
        InfoSector sector = new(raw);
        return raw.Length >= Size && sector.Get(Offsets.Lead) == LeadSignature && sector.Get(Offsets.Structure) == StructureSignature ? sector : null;
    }

    private uint Get(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Raw.AsSpan(offset));

    private void Set(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Raw.AsSpan(offset), value);

    private static class Offsets
    {
        public const int Lead = 0;
        public const int Structure = 484;
        public const int FreeCount = 488;
        public const int NextFree = 492;
    }
}
