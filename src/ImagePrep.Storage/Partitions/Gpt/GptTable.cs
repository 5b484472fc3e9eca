using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Partitions.Gpt;

/// <summary>
/// A GUID partition table with both its copies. A damaged primary is made anew from the backup; a missing backup stays missing until the table
/// is relocated, because only then is it known that the end of the disk is free.
/// </summary>
internal sealed class GptTable : PartitionTable
{
    /// <summary>The specification's minimum for an array, whatever it holds: room for 128 entries of the usual size.</summary>
    private const int MinArrayBytes = 16384;

    private const string Structure = "GPT";

    private readonly MbrSector _mbr;
    private readonly GptCopy _primary;
    private readonly GptCopy? _backup;

    private GptTable(
        long diskLength,
        int sectorSize,
        MbrSector mbr,
        GptCopy primary,
        GptCopy? backup,
        IReadOnlyList<TableFinding> findings,
        TableCopy readFrom = TableCopy.Primary)
        : base(PartitionScheme.Gpt, sectorSize, diskLength, findings)
    {
        _mbr = mbr;
        _primary = primary;
        _backup = backup;
        ReadFrom = readFrom;
        Partitions = [.. ReadPartitions(primary, sectorSize)];
        RefuseOverlaps(Structure, Partitions);
    }

    public override IReadOnlyList<Partition> Partitions { get; }

    public override TableCopy ReadFrom { get; }

    public override string DiskId => _primary.Header.DiskGuid.ToString("D").ToUpperInvariant();

    public override long FirstUsableSector => (long)_primary.Header.FirstUsableLba;

    /// <summary>The backup's header and the room for its array.</summary>
    public override long TailSectors => Math.Max(_primary.Entries.Length, MinArrayBytes) / SectorSize + 1;

    public override long MaxSector => long.MaxValue / SectorSize;

    public override IReadOnlyList<ByteRange> TableRanges =>
        [.. Serialize().Select(part => new ByteRange(part.Offset, Math.Max(part.Bytes.Length, part.Offset == 0 ? SectorSize : 0)))];

    public static GptTable FromPrimary(
        long diskLength, int sectorSize, MbrSector mbr, GptCopy primary, GptCopy? backup, IEnumerable<TableFinding> findings) =>
        new(diskLength, sectorSize, mbr, primary, backup, WithHybrid(mbr, findings));

    public static GptTable FromBackup(long diskLength, int sectorSize, MbrSector mbr, GptCopy backup, TableFinding finding)
    {
        const long UsualEntriesLba = GptCopy.PrimaryLba + 1;
        long arraySectors = backup.Entries.Length / sectorSize;
        if ((ulong)(UsualEntriesLba + arraySectors) > backup.Header.FirstUsableLba)
        {
            throw CorruptImageException.OutOfRange(
                Structure, "FirstUsableLBA of the backup", backup.Header.FirstUsableLba, $"room for the primary, {UsualEntriesLba + arraySectors} or more");
        }

        GptHeader header = backup.Header.With(
            GptCopy.PrimaryLba, (long)backup.Header.MyLba, UsualEntriesLba, (long)backup.Header.LastUsableLba, backup.Header.EntriesCrc);
        return new GptTable(diskLength, sectorSize, mbr, new GptCopy(header, backup.Entries), backup, WithHybrid(mbr, [finding]), TableCopy.Backup);
    }

    public override void EnsureRewritable()
    {
        if (ProtectiveMbr.IsHybrid(_mbr))
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                "hybrid MBR",
                "the MBR of this GPT disk lists partitions of its own, which would have to move in step. Remove them from the base (sgdisk -p shows, "
                + "gdisk's 'recovery' menu writes a plain protective MBR) if the guest boots without them.");
        }
    }

    public override PartitionTable WithoutRemains() =>
        new GptTable(DiskLength, SectorSize, _mbr, _primary.WithoutRemains(), _backup?.WithoutRemains(), Findings, ReadFrom);

    public override IReadOnlyList<TableBytes> Serialize() =>
    [
        new TableBytes(0, _mbr.Raw),
        .. Place(_primary),
        .. _backup is null ? [] : Place(_backup).Reverse(),
    ];

    private protected override PartitionTable RelocateChecked(IReadOnlyDictionary<int, long> firstSectors, long diskLength)
    {
        byte[] entries = _primary.Entries.ToArray();
        foreach (Partition partition in Partitions)
        {
            if (firstSectors.TryGetValue(partition.Number, out long first) && first != partition.FirstSector)
            {
                int entrySize = (int)_primary.Header.EntrySize;
                GptEntry.PatchPlace(entries.AsSpan((partition.Number - 1) * entrySize, entrySize), first, first + partition.SectorCount - 1);
            }
        }

        long diskSectors = diskLength / SectorSize;
        long backupLba = diskSectors - 1;
        long lastUsable = diskSectors - TailSectors - 1;
        uint crc = Crc32.Compute(entries.AsSpan(0, _primary.ArrayBytes));
        GptHeader header = _primary.Header.With(GptCopy.PrimaryLba, backupLba, (long)_primary.Header.EntriesLba, lastUsable, crc);
        GptHeader backup = header.With(backupLba, GptCopy.PrimaryLba, lastUsable + 1, lastUsable, crc);
        MbrSector mbr = ProtectiveMbr.Resize(_mbr, diskSectors);
        return new GptTable(diskLength, SectorSize, mbr, new GptCopy(header, entries), new GptCopy(backup, entries), findings: []);
    }

    /// <summary>A copy as it stands at the front of a disk: header, then entries. The backup has them the other way round.</summary>
    private TableBytes[] Place(GptCopy copy) =>
    [
        new TableBytes((long)copy.Header.MyLba * SectorSize, copy.Header.Raw),
        new TableBytes((long)copy.Header.EntriesLba * SectorSize, copy.Entries),
    ];

    private static TableFinding[] WithHybrid(MbrSector mbr, IEnumerable<TableFinding> findings) => ProtectiveMbr.IsHybrid(mbr)
        ? [.. findings, new TableFinding(TableFindingKind.HybridMbr, "The MBR lists partitions beside the GPT's: a hybrid MBR.")]
        : [.. findings];

    private static IEnumerable<Partition> ReadPartitions(GptCopy copy, int sectorSize)
    {
        for (int index = 0; index < copy.Header.EntryCount; index++)
        {
            ReadOnlyMemory<byte> raw = copy.RawEntry(index);
            GptEntry entry = GptEntry.Parse(raw.Span);
            if (entry.IsUnused)
            {
                continue;
            }

            if (entry.FirstLba < copy.Header.FirstUsableLba || entry.LastLba > copy.Header.LastUsableLba || entry.LastLba < entry.FirstLba)
            {
                throw CorruptImageException.OutOfRange(
                    Structure,
                    $"partition {index + 1}",
                    $"[{entry.FirstLba}, {entry.LastLba}]",
                    $"sectors between {copy.Header.FirstUsableLba} and {copy.Header.LastUsableLba}");
            }

            yield return new Partition
            {
                Number = index + 1,
                Kind = PartitionKind.Primary,
                Type = PartitionType.FromGpt(entry.Type),
                SectorSize = sectorSize,
                FirstSector = (long)entry.FirstLba,
                SectorCount = (long)(entry.LastLba - entry.FirstLba) + 1,
                Attributes = entry.Attributes,
                Name = entry.Name,
                UniqueId = entry.UniqueId,
                RawEntry = raw,
            };
        }
    }
}
