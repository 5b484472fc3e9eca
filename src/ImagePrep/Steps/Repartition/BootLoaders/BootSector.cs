using System.Buffers.Binary;

namespace ImagePrep.Steps.Repartition.BootLoaders;

/// <summary>Which loader wrote a boot sector, as far as it matters: only those that name sectors of the disk.</summary>
internal enum BootLoaderKind
{
    /// <summary>None, or one that finds its files by partition (syslinux, plain MBR code, a file system's own).</summary>
    Other,

    /// <summary>GRUB 2's boot.img: names the first sector of core.img, which lists the rest of itself.</summary>
    Grub2,

    /// <summary>GRUB legacy's stage1: names the first sector of stage 1.5 or stage 2.</summary>
    GrubLegacy,

    /// <summary>LILO: its map file is a list of sectors.</summary>
    Lilo,
}

/// <summary>What a boot sector of 512 bytes says about the sectors it loads.</summary>
/// <param name="Kind">Who wrote it.</param>
/// <param name="NextSector">The first sector it loads, where <paramref name="Kind"/> names one.</param>
internal readonly record struct BootSector(BootLoaderKind Kind, ulong NextSector)
{
    public const int Size = 512;

    /// <summary>Where boot.img names the first sector of core.img: 64 bits, little-endian.</summary>
    public const int Grub2SectorOffset = 0x5C;

    public static BootSector Parse(ReadOnlySpan<byte> sector)
    {
        if (sector.Slice(Offsets.LiloSignature, 4).SequenceEqual("LILO"u8))
        {
            return new BootSector(BootLoaderKind.Lilo, NextSector: 0);
        }

        // Both GRUBs print "GRUB " followed by the texts of their errors; the layout of the fields tells them apart.
        ReadOnlySpan<byte> code = sector[Offsets.FirstText..Offsets.LastText];
        if (code.IndexOf("GRUB "u8) < 0 || code.IndexOf("Geom"u8) < 0)
        {
            return default;
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(sector[Offsets.Grub2KernelAddress..]) == Grub2LoadAddress)
        {
            return new BootSector(BootLoaderKind.Grub2, BinaryPrimitives.ReadUInt64LittleEndian(sector[Grub2SectorOffset..]));
        }

        return sector[Offsets.LegacyVersion] == LegacyMajorVersion
            ? new BootSector(BootLoaderKind.GrubLegacy, BinaryPrimitives.ReadUInt32LittleEndian(sector[Offsets.LegacyStage2Sector..]))
            : default;
    }

    /// <summary>Where boot.img loads core.img to: fixed for i386-pc.</summary>
    private const ushort Grub2LoadAddress = 0x8000;

    /// <summary>The version of stage1's interface to stage 2, of every GRUB 0.9x.</summary>
    private const byte LegacyMajorVersion = 3;

    private static class Offsets
    {
        public const int LiloSignature = 0x06;
        public const int LegacyVersion = 0x3E;
        public const int LegacyStage2Sector = 0x44;
        public const int Grub2KernelAddress = 0x5A;
        public const int FirstText = 0x80;
        public const int LastText = 0x1B8;
    }
}
