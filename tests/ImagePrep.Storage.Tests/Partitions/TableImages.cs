using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Partitions.Gpt;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Tests.Partitions;

/// <summary>Small disks with known tables, built byte by byte from the specification, for tests that change one field at a time.</summary>
internal static class TableImages
{
    public const int Sectors = 4096;
    public const int GptFirstSector = 40;
    public const int GptEntryCount = 128;

    /// <summary>Two primaries: 63 + 1000 active Linux, 1100 + 500 swap.</summary>
    public static byte[] Mbr()
    {
        byte[] disk = new byte[Sectors * 512];
        BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(MbrSector.Offsets.DiskSignature), 0x12345678);
        SetEntry(disk, 0, 0, 0x80, 0x83, 63, 1000);
        SetEntry(disk, 0, 1, 0x00, 0x82, 1100, 500);
        Sign(disk, 0);
        return disk;
    }

    /// <summary>A primary, an extended partition at 2000 + 2000, logical partitions at 2063 + 100 (record 2000) and 2400 + 200 (record 2300).</summary>
    public static byte[] MbrWithLogicals()
    {
        byte[] disk = new byte[Sectors * 512];
        SetEntry(disk, 0, 0, 0x80, 0x83, 63, 1000);
        SetEntry(disk, 0, 1, 0x00, 0x05, 2000, 2000);
        Sign(disk, 0);
        SetEntry(disk, 2000, 0, 0x00, 0x83, 63, 100);
        SetEntry(disk, 2000, 1, 0x00, 0x05, 300, 300);
        Sign(disk, 2000);
        SetEntry(disk, 2300, 0, 0x00, 0x82, 100, 200);
        Sign(disk, 2300);
        return disk;
    }

    public static void SetEntry(byte[] disk, long recordSector, int slot, byte status, byte type, uint first, uint count) =>
        new MbrEntry(status, default, type, default, first, count).WriteTo(EntryOf(disk, recordSector, slot));

    public static Span<byte> EntryOf(byte[] disk, long recordSector, int slot) =>
        disk.AsSpan((int)(recordSector * 512) + MbrSector.Offsets.Entries + (slot * MbrEntry.Size), MbrEntry.Size);

    public static void Sign(byte[] disk, long sector) =>
        BinaryPrimitives.WriteUInt16LittleEndian(disk.AsSpan((int)(sector * 512) + MbrSector.Offsets.Signature), MbrSector.SignatureValue);

    /// <summary>A GPT with partition 2 at <see cref="GptFirstSector"/> + 100 and partition 1 after it at 200 + 300.</summary>
    public static byte[] Gpt(int sectorSize = 512, int entrySize = 128, int entryCount = GptEntryCount)
    {
        byte[] disk = new byte[Sectors * sectorSize];
        SetEntry(disk, 0, 0, 0, MbrTypes.GptProtective, 1, Sectors - 1);
        Sign(disk, 0);
        int arraySectors = ((entrySize * entryCount) + sectorSize - 1) / sectorSize;
        long first = Math.Max(GptFirstSector, 2 + arraySectors);
        byte[] entries = new byte[arraySectors * sectorSize];
        WriteGptEntry(entries, 1, entrySize, GptTypes.BiosBoot, first, first + 99, "loader");
        WriteGptEntry(entries, 0, entrySize, GptTypes.EfiSystem, first + 160, first + 459, "esp");
        long lastUsable = Sectors - 2 - arraySectors;
        foreach ((long lba, long entriesLba) in new[] { (1L, 2L), (Sectors - 1L, lastUsable + 1) })
        {
            entries.CopyTo(disk.AsSpan((int)(entriesLba * sectorSize)));
            Span<byte> header = disk.AsSpan((int)lba * sectorSize, sectorSize);
            GptHeader.Magic.CopyTo(header);
            BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.Revision..], GptHeader.SupportedRevision);
            BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.HeaderSize..], GptHeader.Size);
            BinaryPrimitives.WriteUInt64LittleEndian(header[GptHeader.Offsets.MyLba..], (ulong)lba);
            BinaryPrimitives.WriteUInt64LittleEndian(header[GptHeader.Offsets.AlternateLba..], (ulong)(Sectors - lba));
            BinaryPrimitives.WriteUInt64LittleEndian(header[GptHeader.Offsets.FirstUsableLba..], (ulong)first);
            BinaryPrimitives.WriteUInt64LittleEndian(header[GptHeader.Offsets.LastUsableLba..], (ulong)lastUsable);
            new Guid("11111111-2222-3333-4444-555555555555").TryWriteBytes(header[GptHeader.Offsets.DiskGuid..]);
            BinaryPrimitives.WriteUInt64LittleEndian(header[GptHeader.Offsets.EntriesLba..], (ulong)entriesLba);
            BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.EntryCount..], (uint)entryCount);
            BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.EntrySize..], (uint)entrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.EntriesCrc..], Crc32.Compute(entries.AsSpan(0, entrySize * entryCount)));
            RenewHeaderCrc(header);
        }

        return disk;
    }

    /// <summary>Makes the checksums of both copies right again after a test changed headers or entries.</summary>
    public static void RenewCrcs(byte[] disk, int sectorSize = 512)
    {
        foreach (long lba in new[] { 1L, Sectors - 1L })
        {
            Span<byte> header = disk.AsSpan((int)lba * sectorSize, sectorSize);
            ulong entriesLba = BinaryPrimitives.ReadUInt64LittleEndian(header[GptHeader.Offsets.EntriesLba..]);
            ulong bytes = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(header[GptHeader.Offsets.EntryCount..])
                * BinaryPrimitives.ReadUInt32LittleEndian(header[GptHeader.Offsets.EntrySize..]);
            if (entriesLba < Sectors && bytes < (ulong)disk.Length - (entriesLba * (ulong)sectorSize))
            {
                uint crc = Crc32.Compute(disk.AsSpan((int)entriesLba * sectorSize, (int)bytes));
                BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.EntriesCrc..], crc);
            }

            RenewHeaderCrc(header);
        }
    }

    public static IBlockReader Disk(byte[] bytes) => new MemoryDevice(bytes);

    private static void RenewHeaderCrc(Span<byte> header)
    {
        header.Slice(GptHeader.Offsets.HeaderCrc, sizeof(uint)).Clear();
        int size = (int)Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(header[GptHeader.Offsets.HeaderSize..]), 0, (uint)header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.HeaderCrc..], Crc32.Compute(header[..size]));
    }

    private static void WriteGptEntry(byte[] entries, int index, int entrySize, Guid type, long first, long last, string name)
    {
        Span<byte> entry = entries.AsSpan(index * entrySize, entrySize);
        entry.Fill(0xEE); // What lies behind the known fields must survive.
        entry[..GptEntry.Size].Clear();
        type.TryWriteBytes(entry);
        new Guid(index + 1, 0, 0, new byte[8]).TryWriteBytes(entry[GptEntry.Offsets.UniqueId..]);
        GptEntry.PatchPlace(entry, first, last);
        System.Text.Encoding.Unicode.GetBytes(name, entry[GptEntry.Offsets.Name..]);
    }
}
