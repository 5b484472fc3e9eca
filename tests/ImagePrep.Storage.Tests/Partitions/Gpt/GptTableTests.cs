using System.Buffers.Binary;
using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions;
using ImagePrep.Storage.Partitions.Gpt;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Tests.Partitions.Gpt;

public sealed class GptTableTests
{
    private const int Primary = 512;
    private const int Backup = (TableImages.Sectors - 1) * 512;

    [Theory]
    [InlineData(512, 128, 128)]
    [InlineData(4096, 128, 128)]
    [InlineData(512, 256, 128)]
    [InlineData(512, 512, 16)]
    [InlineData(512, 128, 5)]
    [InlineData(4096, 4096, 20)]
    [InlineData(512, 128, 1000)]
    public void Read_AnySectorAndEntrySize_GivesEveryField(int sectorSize, int entrySize, int entryCount)
    {
        PartitionTable table = Read(TableImages.Gpt(sectorSize, entrySize, entryCount));

        table.Scheme.ShouldBe(PartitionScheme.Gpt);
        table.SectorSize.ShouldBe(sectorSize);
        table.DiskId.ShouldBe("11111111-2222-3333-4444-555555555555");
        table.Findings.ShouldBeEmpty();
        table.Partitions.Select(p => (p.Number, p.Name, p.SectorCount, p.UniqueId)).ShouldBe(
        [
            (1, "esp", 300, new Guid(1, 0, 0, new byte[8])),
            (2, "loader", 100, new Guid(2, 0, 0, new byte[8])),
        ]);
        table.InDiskOrder.Select(p => p.Number).ShouldBe([2, 1]);
        table.Partitions[0].Type.Name.ShouldBe("EFI system");
    }

    [Theory]
    [InlineData(512, 128, 128)]
    [InlineData(4096, 256, 128)]
    [InlineData(512, 512, 16)]
    public void Relocate_OnGrownDisk_KeepsAllButPlaces(int sectorSize, int entrySize, int entryCount)
    {
        byte[] before = TableImages.Gpt(sectorSize, entrySize, entryCount);
        PartitionTable table = Read(before);
        long[] starts = [.. table.Partitions.Select(p => p.FirstSector)];

        long newLength = before.Length + (1 << 20);
        PartitionTable moved = table.Relocate(new Dictionary<int, long> { [1] = 3000, [2] = starts[1] + 8 }, newLength);
        byte[] after = new byte[newLength];
        foreach (TableBytes part in moved.Serialize())
        {
            part.Bytes.Span.CopyTo(after.AsSpan((int)part.Offset));
        }

        PartitionTable again = Read(after);
        again.Findings.ShouldBeEmpty();
        again.DiskId.ShouldBe(table.DiskId);
        again.FirstUsableSector.ShouldBe(table.FirstUsableSector);
        again.Partitions.Select(p => p.FirstSector).ShouldBe([3000, starts[1] + 8]);
        foreach ((Partition was, Partition now) in table.Partitions.Zip(again.Partitions))
        {
            byte[] expected = was.RawEntry.ToArray();
            GptEntry.PatchPlace(expected, now.FirstSector, now.LastSector);
            now.RawEntry.ToArray().ShouldBe(expected);
            now.SectorCount.ShouldBe(was.SectorCount);
        }

        BinaryPrimitives.ReadUInt32LittleEndian(TableImages.EntryOf(after, 0, 0)[MbrEntry.Offsets.SectorCount..])
            .ShouldBe((uint)((newLength / sectorSize) - 1));
    }

    [Fact]
    public void Serialize_AsRead_GivesTheSameBytes()
    {
        byte[] disk = TableImages.Gpt();

        foreach (TableBytes part in Read(disk).Serialize())
        {
            part.Bytes.ToArray().ShouldBe(disk[(int)part.Offset..((int)part.Offset + part.Bytes.Length)]);
        }
    }

    [Theory]
    [InlineData(Primary, TableFindingKind.PrimaryDamaged)]
    [InlineData(Primary + GptHeader.Offsets.DiskGuid, TableFindingKind.PrimaryDamaged)]
    [InlineData(1024 + 200, TableFindingKind.PrimaryDamaged)]
    [InlineData(Backup, TableFindingKind.BackupDamaged)]
    [InlineData(Backup + GptHeader.Offsets.HeaderCrc, TableFindingKind.BackupDamaged)]
    [InlineData(Backup - (32 * 512) + 1, TableFindingKind.BackupDamaged)]
    public void Read_OneCopyDamaged_UsesTheOtherAndReports(int changedByte, TableFindingKind finding)
    {
        byte[] disk = TableImages.Gpt();
        PartitionTable sound = Read(disk);
        disk[changedByte] ^= 0x40;

        PartitionTable table = Read(disk);

        table.Findings.Single().Kind.ShouldBe(finding);
        table.Partitions.Select(p => p.Range).ShouldBe(sound.Partitions.Select(p => p.Range));
        table.DiskId.ShouldBe(sound.DiskId);
    }

    [Theory]
    [InlineData(Primary)]
    [InlineData(Backup)]
    public void Relocate_OneCopyDamaged_WritesTwoSoundOnes(int damaged)
    {
        byte[] disk = TableImages.Gpt();
        disk.AsSpan(damaged, 512).Fill(0xA5);
        PartitionTable moved = Read(disk).Relocate(new Dictionary<int, long> { [1] = 2048 }, disk.Length);

        foreach (TableBytes part in moved.Serialize())
        {
            part.Bytes.Span.CopyTo(disk.AsSpan((int)part.Offset));
        }

        Read(disk).Findings.ShouldBeEmpty();
        Read(disk).Partitions[0].FirstSector.ShouldBe(2048);
    }

    [Fact]
    public void Read_BothCopiesDamaged_IsCorruptAndTellsBothFaults()
    {
        byte[] disk = TableImages.Gpt();
        disk[Primary + GptHeader.Offsets.HeaderCrc] ^= 1;
        disk[Backup] ^= 1;

        CorruptImageException fault = Should.Throw<CorruptImageException>(() => Read(disk));

        fault.Kind.ShouldBe(CorruptKind.BadChecksum);
        fault.Message.ShouldContain("HeaderCRC32");
        fault.Message.ShouldContain("Backup:");
    }

    [Fact]
    public void Read_DiskWasGrown_ReportsWhereTheBackupIs()
    {
        byte[] disk = [.. TableImages.Gpt(), .. new byte[1 << 20]];

        PartitionTable table = Read(disk);

        table.Findings.Single().Kind.ShouldBe(TableFindingKind.BackupNotAtEnd);
        table.TableRanges[^1].ShouldBe(new ByteRange(Backup, 512));
        table.Relocate(new Dictionary<int, long> { [1] = 2048 }, disk.Length).TableRanges[^1].ShouldBe(new ByteRange(disk.Length - 512, 512));
    }

    [Fact]
    public void Read_ImageCutOff_IsCorrupt() =>
        Should.Throw<CorruptImageException>(() => Read(TableImages.Gpt()[..^(64 * 512)])).Kind.ShouldBe(CorruptKind.Truncated);

    [Fact]
    public void Read_CopiesDiffer_UsesThePrimaryAndReports()
    {
        byte[] disk = TableImages.Gpt();
        int lastUsable = TableImages.Sectors - 34;
        GptEntry.PatchPlace(disk.AsSpan((lastUsable + 1) * 512, 128), 1000, 1100);
        TableImages.RenewCrcs(disk);

        PartitionTable table = Read(disk);

        table.Findings.Single().Kind.ShouldBe(TableFindingKind.CopiesDiffer);
        table.Partitions[0].FirstSector.ShouldBe(200);
    }

    [Fact]
    public void Read_SoundForTwoSectorSizes_IsAmbiguous()
    {
        // A small 512-byte table, and a sound header for 4096-byte sectors where its entries and gap are.
        byte[] disk = new byte[TableImages.Sectors * 4096];
        TableImages.Gpt(512, 128, 4).AsSpan(0, 3 * 512).CopyTo(disk);
        byte[] other = TableImages.Gpt(4096);
        other.AsSpan(4096).CopyTo(disk.AsSpan(4096));

        Should.Throw<UnsupportedImageException>(() => Read(disk)).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    [Fact]
    public void Read_HeaderWithoutProtectiveMbr_IsAmbiguousBesideMbrPartitions()
    {
        byte[] disk = TableImages.Gpt();
        TableImages.SetEntry(disk, 0, 0, 0, 0x83, 63, 100);

        Should.Throw<UnsupportedImageException>(() => Read(disk)).Kind.ShouldBe(UnsupportedKind.Ambiguous);
    }

    [Fact]
    public void Read_HybridMbr_IsReportedAndNotRewritten()
    {
        byte[] disk = TableImages.Gpt();
        TableImages.SetEntry(disk, 0, 1, 0, 0x0C, 200, 300);

        PartitionTable table = Read(disk);

        table.Findings.Single().Kind.ShouldBe(TableFindingKind.HybridMbr);
        Should.Throw<UnsupportedImageException>(table.EnsureRewritable).Structure.ShouldBe("hybrid MBR");
    }

    [Theory]
    [InlineData(GptHeader.Offsets.HeaderSize, 91UL, 4, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.HeaderSize, 513UL, 4, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.MyLba, 5UL, 8, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.FirstUsableLba, 0UL, 8, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.FirstUsableLba, 33UL, 8, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.FirstUsableLba, ulong.MaxValue, 8, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.LastUsableLba, 39UL, 8, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.LastUsableLba, ulong.MaxValue, 8, CorruptKind.Truncated)]
    [InlineData(GptHeader.Offsets.EntriesLba, 1UL, 8, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.EntriesLba, ulong.MaxValue, 8, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.EntryCount, 0UL, 4, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.EntryCount, 4096UL, 4, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.EntrySize, 64UL, 4, CorruptKind.OutOfRange)]
    [InlineData(GptHeader.Offsets.EntrySize, 384UL, 4, CorruptKind.OutOfRange)]
    public void Read_HeaderFieldOutOfRange_IsCorrupt(int offset, ulong value, int size, CorruptKind kind)
    {
        byte[] disk = TableImages.Gpt();
        foreach (int header in new[] { Primary, Backup })
        {
            byte[] bytes = BitConverter.GetBytes(value);
            bytes.AsSpan(0, size).CopyTo(disk.AsSpan(header + offset));
        }

        TableImages.RenewCrcs(disk);

        Should.Throw<CorruptImageException>(() => Read(disk)).Kind.ShouldBe(kind);
    }

    [Theory]
    [InlineData(GptHeader.Offsets.Revision, 0x00020000u, UnsupportedKind.UnknownFeature)]
    [InlineData(GptHeader.Offsets.EntryCount, uint.MaxValue, UnsupportedKind.Limit)]
    [InlineData(GptHeader.Offsets.EntrySize, 0x80000000u, UnsupportedKind.Limit)]
    public void Read_HeaderBeyondWhatIsHandled_IsUnsupported(int offset, uint value, UnsupportedKind kind)
    {
        byte[] disk = TableImages.Gpt();
        foreach (int header in new[] { Primary, Backup })
        {
            BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(header + offset), value);
        }

        TableImages.RenewCrcs(disk);

        Should.Throw<UnsupportedImageException>(() => Read(disk)).Kind.ShouldBe(kind);
    }

    [Theory]
    [InlineData(39UL, 100UL)]
    [InlineData(200UL, 199UL)]
    [InlineData(200UL, 4063UL)]
    [InlineData(0UL, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    public void Read_EntryOutsideTheUsableSectors_IsCorrupt(ulong first, ulong last)
    {
        byte[] disk = TableImages.Gpt();
        SetPlace(disk, first, last);

        Should.Throw<CorruptImageException>(() => Read(disk)).Kind.ShouldBe(CorruptKind.OutOfRange);
    }

    [Fact]
    public void Read_EntriesOverlap_IsCorrupt()
    {
        byte[] disk = TableImages.Gpt();
        SetPlace(disk, 139, 200);

        Should.Throw<CorruptImageException>(() => Read(disk)).Kind.ShouldBe(CorruptKind.Overlap);
    }

    /// <summary>Found by fuzzing: a backup that is sound by itself and ends the usable sectors early. Written back, its array would go over a partition.</summary>
    [Fact]
    public void Read_BackupArrayAmongThePrimarysPartitions_IsNotKept()
    {
        byte[] disk = TableImages.Gpt();
        int first = (int)Read(disk).InDiskOrder.First().FirstSector;
        disk.AsSpan(2 * 512, 128 * 128).CopyTo(disk.AsSpan((first + 1) * 512));
        BinaryPrimitives.WriteUInt64LittleEndian(disk.AsSpan(Backup + GptHeader.Offsets.LastUsableLba), (ulong)first);
        BinaryPrimitives.WriteUInt64LittleEndian(disk.AsSpan(Backup + GptHeader.Offsets.EntriesLba), (ulong)first + 1);
        TableImages.RenewCrcs(disk);

        PartitionTable table = Read(disk);

        table.Findings.ShouldHaveSingleItem().Kind.ShouldBe(TableFindingKind.BackupDamaged);
        table.Serialize().ShouldNotContain(part => part.Offset == (first + 1) * 512L);
    }

    private static void SetPlace(byte[] disk, ulong first, ulong last)
    {
        foreach (int array in new[] { 2 * 512, (TableImages.Sectors - 33) * 512 })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(disk.AsSpan(array + GptEntry.Offsets.FirstLba), first);
            BinaryPrimitives.WriteUInt64LittleEndian(disk.AsSpan(array + GptEntry.Offsets.LastLba), last);
        }

        TableImages.RenewCrcs(disk);
    }

    private static PartitionTable Read(byte[] disk) => PartitionTable.Read(TableImages.Disk(disk));
}
