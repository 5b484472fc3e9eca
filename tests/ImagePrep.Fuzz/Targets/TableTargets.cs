using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.FileSystems;
using ImagePrep.Storage.Partitions;
using ImagePrep.Storage.Partitions.Gpt;
using ImagePrep.Storage.Partitions.Mbr;
using ImagePrep.TestKit;

namespace ImagePrep.Fuzz.Targets;

/// <summary>Reads a table and checks what every caller relies on: partitions on the disk, a map without gaps or overlaps, bytes that read back.</summary>
public abstract class TableTarget(string name) : FuzzTarget(name)
{
    public override bool MayChangeLength => false;

    public override void Execute(Memory<byte> input)
    {
        PartitionTable table = PartitionTable.Read(new MemoryDevice(input), ContentProbe.Recognise);
        foreach (Partition partition in table.Partitions)
        {
            Require(partition.SectorCount > 0 && partition.Range.End <= input.Length, "a partition is not on the disk");
        }

        long position = 0;
        foreach (DiskSegment segment in DiskMap.Of(table))
        {
            Require(segment.Range.Start == position && !segment.Range.IsEmpty, "the map of the disk has a gap or an overlap");
            position = segment.Range.End;
        }

        Require(position == input.Length, "the map does not end with the disk");
        foreach (TableBytes part in table.Serialize())
        {
            Require(part.Offset >= 0 && part.Offset + part.Bytes.Length <= input.Length, "the table would be written outside the disk");
        }
    }

    protected static byte[] Make(long length, string script)
    {
        using ScratchFolder scratch = new();
        using RawFile disk = PartitioningTools.MakeWithSfdisk(scratch.File("disk.img"), length, script);
        return disk.ReadBytes(0, (int)length);
    }

    private static void Require(bool good, string broken)
    {
        if (!good)
        {
            throw new BrokenPromiseException(broken);
        }
    }
}

public sealed class MbrTarget() : TableTarget("mbr")
{
    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        new(Make(65536, "label: dos\nstart=2, size=20, type=83, bootable\nstart=30, size=40, type=82\n"), [new HotRange(440, 72)]),
        new(Make(65536, "label: dos\nstart=1, size=10, type=c\nstart=11, size=20\nstart=40, size=40, type=8e\nstart=100, size=28, type=ef\n"), [new HotRange(440, 72)]),
    ];
}

public sealed class EbrTarget() : TableTarget("ebr")
{
    private const int Sectors = 1024;

    protected override IReadOnlyList<Seed> MakeSeeds()
    {
        byte[] disk = new byte[Sectors * MbrSector.Size];
        Put(disk, 0, 0, 0x83, 1, 50);
        Put(disk, 0, 1, MbrTypes.Extended, 100, 900);
        List<HotRange> hot = [new HotRange(MbrSector.Offsets.Entries, 66)];
        for (int i = 0; i < 8; i++)
        {
            int record = 100 + (i * 100);
            Put(disk, record, 0, 0x83, 1 + (uint)i, 90);
            if (i < 7)
            {
                Put(disk, record, 1, MbrTypes.Extended, (uint)(record + 100 - 100), 100);
            }

            hot.Add(new HotRange((record * MbrSector.Size) + MbrSector.Offsets.Entries, 66));
        }

        return [new Seed(disk, hot)];
    }

    private static void Put(byte[] disk, int record, int slot, byte type, uint first, uint count)
    {
        Span<byte> sector = disk.AsSpan(record * MbrSector.Size, MbrSector.Size);
        new MbrEntry(0, default, type, default, first, count).WriteTo(sector[(MbrSector.Offsets.Entries + (slot * MbrEntry.Size))..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[MbrSector.Offsets.Signature..], MbrSector.SignatureValue);
    }
}

public sealed class GptTarget() : TableTarget("gpt")
{
    private const int SectorSize = 512;

    protected override IReadOnlyList<Seed> MakeSeeds() =>
    [
        MakeSeed(128 << 10, "label: gpt\nfirst-lba: 34\n2: start=34, size=60\n1: start=100, size=20, name=\"root\"\n"),
        MakeSeed(64 << 10, "label: gpt\ntable-length: 4\nfirst-lba: 34\n3: start=34, size=10, type=uefi\n1: start=50, size=20\n"),
    ];

    private static Seed MakeSeed(int length, string script)
    {
        byte[] disk = Make(length, script);
        int backup = length - SectorSize;
        int backupEntries = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(disk.AsSpan(backup + GptHeader.Offsets.EntriesLba))) * SectorSize;
        return new Seed(disk,
        [
            new HotRange(MbrSector.Offsets.Entries, 66),
            new HotRange(SectorSize, GptHeader.Size, bytes => Seal(bytes, SectorSize)),
            new HotRange(2 * SectorSize, 3 * GptEntry.Size, bytes => Seal(bytes, SectorSize)),
            new HotRange(backup, GptHeader.Size, bytes => Seal(bytes, backup)),
            new HotRange(backupEntries, 3 * GptEntry.Size, bytes => Seal(bytes, backup)),
        ]);
    }

    /// <summary>Makes both checksums of a copy right, where its fields still allow it.</summary>
    private static void Seal(byte[] disk, int at)
    {
        Span<byte> header = disk.AsSpan(at, SectorSize);
        ulong entries = BinaryPrimitives.ReadUInt64LittleEndian(header[GptHeader.Offsets.EntriesLba..]);
        ulong bytes = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(header[GptHeader.Offsets.EntryCount..])
            * BinaryPrimitives.ReadUInt32LittleEndian(header[GptHeader.Offsets.EntrySize..]);
        if (entries < (ulong)(disk.Length / SectorSize) && bytes <= (ulong)disk.Length - (entries * SectorSize))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                header[GptHeader.Offsets.EntriesCrc..], Crc32.Compute(disk.AsSpan((int)entries * SectorSize, (int)bytes)));
        }

        header.Slice(GptHeader.Offsets.HeaderCrc, sizeof(uint)).Clear();
        int size = (int)Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(header[GptHeader.Offsets.HeaderSize..]), 0u, SectorSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[GptHeader.Offsets.HeaderCrc..], Crc32.Compute(header[..size]));
    }
}
