using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>A table of four primary partitions, one of which may hold logical ones. Sectors are 512 bytes: an MBR does not say.</summary>
internal sealed class MbrTable : PartitionTable
{
    private const string Structure = "MBR";
    private const int FirstLogicalNumber = 5;

    private readonly MbrSector _sector;

    /// <summary>What each extended entry holds, by its slot.</summary>
    private readonly SortedDictionary<int, ExtendedChain> _chains;

    private MbrTable(MbrSector sector, long diskLength, SortedDictionary<int, ExtendedChain> chains, IReadOnlyList<TableFinding> findings)
        : base(PartitionScheme.Mbr, MbrSector.Size, diskLength, findings)
    {
        _sector = sector;
        _chains = chains;
        Partitions = [.. Primaries(sector), .. chains.Values.SelectMany(chain => chain.Logicals).Select(ToPartition)];
    }

    public override IReadOnlyList<Partition> Partitions { get; }

    public override string DiskId => $"{_sector.DiskSignature:x8}";

    public override long FirstUsableSector => 1;

    public override long TailSectors => 0;

    public override long MaxSector => uint.MaxValue;

    public override IReadOnlyList<ByteRange> TableRanges =>
    [
        new ByteRange(0, MbrSector.Size),
        .. Records.Select(record => record.Sector).Order().Select(sector => new ByteRange(sector * MbrSector.Size, MbrSector.Size)),
    ];

    public static MbrTable Read(IBlockReader disk, MbrSector sector)
    {
        long diskSectors = disk.Length / MbrSector.Size;
        SortedDictionary<int, ExtendedChain> chains = [];
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
                chains.Add(slot, chain);
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

        MbrTable table = new(sector, disk.Length, chains, findings);
        RefuseOverlaps(Structure, table.Partitions.Where(p => p.Kind != PartitionKind.Logical));
        RefuseOverlaps(Structure, table.Partitions.Where(p => p.Kind == PartitionKind.Logical));
        return table;
    }

    public override void EnsureRewritable()
    {
        if (_chains.Count > 1)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Feature,
                Structure,
                $"it has {_chains.Count} extended partitions, which systems number in different ways; such a table is read, but not rewritten. "
                + "Use a base image with one extended partition or a GPT.");
        }
    }

    public override PartitionTable WithoutRemains() => new MbrTable(
        _sector.WithoutRemains(),
        DiskLength,
        new SortedDictionary<int, ExtendedChain>(_chains.ToDictionary(chain => chain.Key, chain => chain.Value.WithoutRemains())),
        Findings);

    public override IReadOnlyList<TableBytes> Serialize() =>
    [
        new TableBytes(0, _sector.Raw),
        .. Records.OrderBy(record => record.Sector).Select(record => new TableBytes(record.Sector * MbrSector.Size, record.Raw.Raw)),
    ];

    private protected override PartitionTable RelocateChecked(IReadOnlyDictionary<int, long> firstSectors, long diskLength)
    {
        SortedDictionary<int, ExtendedChain> chains = [];
        MbrSector sector = _sector;
        foreach (Partition partition in Partitions.Where(p => p.Kind != PartitionKind.Logical))
        {
            int slot = partition.Number - 1;
            long first = firstSectors.GetValueOrDefault(partition.Number, partition.FirstSector);
            MbrEntry entry = sector.Entry(slot);
            if (_chains.TryGetValue(slot, out ExtendedChain? chain))
            {
                chain = Relocate(chain, partition, first, firstSectors);
                chains.Add(slot, chain);
                entry = entry with { SectorCount = checked((uint)Math.Max(entry.SectorCount, chain.End - first)) };
            }

            // An entry that stays is not touched: its CHS bytes may follow another geometry, and that is the base's affair.
            if (first != partition.FirstSector || entry.SectorCount != partition.SectorCount)
            {
                sector = sector.WithEntry(slot, entry.MovedTo(origin: 0, first));
            }
        }

        return new MbrTable(sector, diskLength, chains, Findings);
    }

    /// <summary>A chain stays byte for byte where it and all that it holds stay.</summary>
    private static ExtendedChain Relocate(ExtendedChain chain, Partition extended, long first, IReadOnlyDictionary<int, long> firstSectors)
    {
        long[] places = [.. chain.Logicals.Select((logical, i) => firstSectors.GetValueOrDefault(FirstLogicalNumber + i, logical.FirstSector))];
        return first == extended.FirstSector && places.SequenceEqual(chain.Logicals.Select(logical => logical.FirstSector))
            ? chain
            : chain.MovedTo(first, places);
    }

    private IEnumerable<ExtendedRecord> Records => _chains.Values.SelectMany(chain => chain.Records);

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
                yield return ToPartition(entry, slot + 1, kind, entry.FirstSector);
            }
        }
    }

    private static Partition ToPartition(LogicalPartition logical, int index) =>
        ToPartition(logical.Entry, FirstLogicalNumber + index, PartitionKind.Logical, logical.FirstSector);

    private static Partition ToPartition(MbrEntry entry, int number, PartitionKind kind, long firstSector) => new()
    {
        Number = number,
        Kind = kind,
        Type = PartitionType.FromMbr(entry.Type),
        SectorSize = MbrSector.Size,
        FirstSector = firstSector,
        SectorCount = entry.SectorCount,
        IsActive = entry.Status == MbrEntry.Active,
        RawEntry = entry.ToBytes(),
    };
}
