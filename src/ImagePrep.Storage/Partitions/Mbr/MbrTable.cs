using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>A table of four primary partitions, one of which may hold logical ones. Sectors are 512 bytes: an MBR does not say.</summary>
internal sealed class MbrTable : PartitionTable
{
    private const string Structure = "MBR";
    private const int FirstLogicalNumber = 5;

    private readonly MbrSector _sector;
    private readonly IReadOnlyList<LogicalPartition> _logicals;
    private readonly IReadOnlyList<long> _recordSectors;

    private MbrTable(
        MbrSector sector, long diskLength, IReadOnlyList<LogicalPartition> logicals, IReadOnlyList<long> recordSectors, IReadOnlyList<TableFinding> findings)
        : base(PartitionScheme.Mbr, MbrSector.Size, diskLength, findings)
    {
        _sector = sector;
        _logicals = logicals;
        _recordSectors = recordSectors;
        Partitions = [.. Primaries(sector), .. logicals.Select(ToPartition)];
    }

    public override IReadOnlyList<Partition> Partitions { get; }

    public override string DiskId => $"{_sector.DiskSignature:x8}";

    public override long FirstUsableSector => 1;

    public override long TailSectors => 0;

    public override long MaxSector => uint.MaxValue;

    public override IReadOnlyList<ByteRange> TableRanges =>
    [
        new ByteRange(0, MbrSector.Size),
        .. _recordSectors.Order().Select(sector => new ByteRange(sector * MbrSector.Size, MbrSector.Size)),
    ];

    public static MbrTable Read(IBlockReader disk, MbrSector sector)
    {
        long diskSectors = disk.Length / MbrSector.Size;
        List<LogicalPartition> logicals = [];
        List<long> records = [];
        List<TableFinding> findings = [];
        for (int slot = 0; slot < MbrSector.EntryCount; slot++)
        {
            MbrEntry entry = sector.Entry(slot);
            if (entry.IsEmpty)
            {
                continue;
            }

            Check(entry, slot + 1, diskSectors);
            if (MbrTypes.IsExtended(entry.Type))
            {
                ExtendedChain chain = ExtendedChain.Read(disk, entry);
                logicals.AddRange(chain.Logicals);
                records.AddRange(chain.RecordSectors);
                if (chain.IsUnsigned)
                {
                    findings.Add(new TableFinding(
                        TableFindingKind.EmptyExtended, $"Extended partition {slot + 1} has no boot record, so it holds no logical partition."));
                }
            }
        }

        if (sector.Entries.Count(entry => !entry.IsEmpty && entry.Status == MbrEntry.Active) > 1)
        {
            findings.Add(new TableFinding(TableFindingKind.SeveralActive, "More than one partition is marked active; a BIOS boots the first."));
        }

        MbrTable table = new(sector, disk.Length, logicals, records, findings);
        RefuseOverlaps(Structure, table.Partitions.Where(p => p.Kind != PartitionKind.Logical));
        RefuseOverlaps(Structure, table.Partitions.Where(p => p.Kind == PartitionKind.Logical));
        return table;
    }

    public override void EnsureRewritable()
    {
        if (Partitions.FirstOrDefault(p => p.Kind == PartitionKind.Extended) is Partition extended)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                Structure,
                $"partition {extended.Number} is an extended partition (type {extended.Type.Id}) with {_logicals.Count} logical partition(s); "
                + "moving these is not supported yet. Use a base image with primary partitions or a GPT.");
        }
    }

    public override IReadOnlyList<TableBytes> Serialize() => [new TableBytes(0, _sector.Raw)];

    private protected override PartitionTable RelocateChecked(IReadOnlyDictionary<int, long> firstSectors, long diskLength)
    {
        MbrSector sector = _sector;
        foreach (Partition partition in Partitions)
        {
            // An entry that stays is not touched: its CHS bytes may follow another geometry, and that is the base's affair.
            if (firstSectors.TryGetValue(partition.Number, out long first) && first != partition.FirstSector)
            {
                int slot = partition.Number - 1;
                sector = sector.WithEntry(slot, sector.Entry(slot).MovedTo((uint)first));
            }
        }

        return new MbrTable(sector, diskLength, _logicals, _recordSectors, Findings);
    }

    private static void Check(MbrEntry entry, int number, long diskSectors)
    {
        if (entry.Type == MbrTypes.Unused)
        {
            throw new CorruptImageException(
                CorruptKind.Inconsistent, Structure, $"entry {number} has type 0 (unused) but claims {entry.SectorCount} sectors from {entry.FirstSector} on.");
        }

        if (entry.FirstSector == 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                Structure,
                $"partition {number} begins at sector 0 and so contains its own table, as ISO hybrid images do. Such images are not handled.");
        }

        RefuseBeyondEnd(Structure, $"partition {number}", entry.FirstSector, entry.SectorCount, diskSectors);
    }

    private static IEnumerable<Partition> Primaries(MbrSector sector)
    {
        for (int slot = 0; slot < MbrSector.EntryCount; slot++)
        {
            MbrEntry entry = sector.Entry(slot);
            if (!entry.IsEmpty)
            {
                PartitionKind kind = MbrTypes.IsExtended(entry.Type) ? PartitionKind.Extended : PartitionKind.Primary;
                yield return ToPartition(entry, sector.RawEntry(slot), slot + 1, kind, entry.FirstSector);
            }
        }
    }

    private static Partition ToPartition(LogicalPartition logical, int index) =>
        ToPartition(logical.Entry, logical.RawEntry, FirstLogicalNumber + index, PartitionKind.Logical, logical.FirstSector);

    private static Partition ToPartition(MbrEntry entry, ReadOnlyMemory<byte> raw, int number, PartitionKind kind, long firstSector) => new()
    {
        Number = number,
        Kind = kind,
        Type = PartitionType.FromMbr(entry.Type),
        SectorSize = MbrSector.Size,
        FirstSector = firstSector,
        SectorCount = entry.SectorCount,
        IsActive = entry.Status == MbrEntry.Active,
        RawEntry = raw,
    };
}
