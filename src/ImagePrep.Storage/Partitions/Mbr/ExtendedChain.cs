using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>
/// The logical partitions of an extended one: a chain of extended boot records (EBRs), each an MBR-like sector with a logical partition and a
/// link. Two origins: a logical partition is counted from its own EBR, a link from the first sector of the extended partition.
/// </summary>
/// <param name="Logicals">In the order of the chain, which is that of their numbers.</param>
/// <param name="Records">Every EBR in the order of the chain; some may hold a link only.</param>
internal sealed record ExtendedChain(IReadOnlyList<LogicalPartition> Logicals, IReadOnlyList<ExtendedRecord> Records)
{
    /// <summary>Linux numbers at most 255 partitions on a disk, so a longer chain is of no use to a guest. Loops end here at the latest.</summary>
    public const int MaxRecords = 256;

    /// <summary>Where fdisk puts the record of a logical partition: 1 MiB before it, so that records are aligned where partitions are.</summary>
    public const int UsualDistance = 2048;

    private const string Structure = "EBR";
    private const int PartitionSlot = 0;
    private const int LinkSlot = 1;

    /// <summary>The first sector has no signature, so nothing is in the partition: neither logical partitions nor a record.</summary>
    public bool IsUnsigned => Records.Count == 0;

    /// <summary>The sector behind all that the chain holds; 0 when that is nothing.</summary>
    public long End => Logicals.Select(logical => logical.FirstSector + logical.Entry.SectorCount).DefaultIfEmpty().Max();

    public static ExtendedChain Read(IBlockReader disk, MbrEntry extended)
    {
        List<LogicalPartition> logicals = [];
        List<ExtendedRecord> records = [];
        HashSet<long> visited = [];
        for (long? sector = extended.FirstSector; sector is long at;)
        {
            if (records.Count == MaxRecords || !visited.Add(at))
            {
                throw CorruptImageException.Loop(Structure, $"the chain of the extended partition at sector {extended.FirstSector}", MaxRecords);
            }

            MbrSector record = MbrSector.Read(disk, at * MbrSector.Size);
            if (!record.HasSignature)
            {
                return records.Count == 0
                    ? new ExtendedChain([], [])
                    : throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"the record at sector {at} does not end in 55 AA.");
            }

            records.Add(new ExtendedRecord(at, record));
            sector = ReadRecord(record, at, extended, logicals);
        }

        RefuseRecordsInsideLogicals(logicals, records);
        return new ExtendedChain(logicals, records);
    }

    /// <summary>
    /// The same logical partitions, in the same order of numbers, at other places: every record is written anew before its partition, the first at
    /// the beginning of the extended partition, where readers look for it, with the code that was there. Records that held a link only are not
    /// needed any more.
    /// </summary>
    /// <param name="extendedSector">First sector of the extended partition.</param>
    /// <param name="firstSectors">First sector of every logical partition, in the order of <see cref="Logicals"/>.</param>
    /// <exception cref="ArgumentException">There is no sector free for a record before its partition.</exception>
    public ExtendedChain MovedTo(long extendedSector, IReadOnlyList<long> firstSectors)
    {
        if (Logicals.Count == 0)
        {
            return this with
            {
                Records = [.. Records.Take(1).Select(record => new ExtendedRecord(
                    extendedSector, record.Raw.WithEntry(PartitionSlot, default).WithEntry(LinkSlot, default)))],
            };
        }

        long[] recordSectors = PlaceRecords(extendedSector, firstSectors);
        LogicalPartition[] logicals = [.. Logicals.Select((logical, i) => logical with
        {
            Entry = firstSectors[i] == logical.FirstSector
                ? logical.Entry with { FirstSector = (uint)(firstSectors[i] - recordSectors[i]) }
                : logical.Entry.MovedTo(recordSectors[i], firstSectors[i]),
            FirstSector = firstSectors[i],
            RecordSector = recordSectors[i],
        })];
        byte linkType = Records.SelectMany(record => record.Raw.Entries).Select(entry => entry.Type).FirstOrDefault(MbrTypes.IsExtended, MbrTypes.Extended);
        ExtendedRecord[] records = [.. logicals.Select((logical, i) => new ExtendedRecord(
            logical.RecordSector,
            (i == 0 ? Records[0] : Records.Single(record => record.Sector == Logicals[i].RecordSector)).Raw
                .WithEntry(PartitionSlot, logical.Entry)
                .WithEntry(LinkSlot, i + 1 < logicals.Length ? Link(logicals[i + 1], extendedSector, linkType) : default)))];
        return new ExtendedChain(logicals, records);
    }

    /// <summary>The first record may hold a boot loader that was installed into the extended partition; before the entries of the others nothing is read.</summary>
    public ExtendedChain WithoutRemains() => this with
    {
        Records = [.. Records.Select((record, i) => record with { Raw = i == 0 ? record.Raw.WithoutRemains() : record.Raw.WithoutRemains().WithoutCode() })],
    };

    private long[] PlaceRecords(long extendedSector, IReadOnlyList<long> firstSectors)
    {
        long[] records = new long[Logicals.Count];
        long free = extendedSector + 1;
        foreach (int i in Enumerable.Range(0, Logicals.Count).OrderBy(i => firstSectors[i]))
        {
            records[i] = i == 0 ? extendedSector : Math.Max(free, firstSectors[i] - UsualDistance);
            if (records[i] >= firstSectors[i])
            {
                throw new ArgumentException(
                    $"The logical partition that begins at sector {firstSectors[i]} has no sector for its record before it.", nameof(firstSectors));
            }

            free = firstSectors[i] + Logicals[i].Entry.SectorCount;
        }

        return records;
    }

    /// <summary>A link reaches from the next record to the end of its partition, by convention; readers use its first sector only.</summary>
    private static MbrEntry Link(LogicalPartition next, long extendedSector, byte type)
    {
        uint count = (uint)(next.FirstSector - next.RecordSector + next.Entry.SectorCount);
        return new MbrEntry(Status: 0, default, type, default, FirstSector: 0, count).MovedTo(extendedSector, next.RecordSector);
    }

    /// <returns>The sector of the next record, or null.</returns>
    private static long? ReadRecord(MbrSector record, long at, MbrEntry extended, List<LogicalPartition> logicals)
    {
        long? next = null;
        for (int slot = 0; slot < MbrSector.EntryCount; slot++)
        {
            MbrEntry entry = record.Entry(slot);
            if (entry.IsEmpty)
            {
                continue;
            }

            if (slot > 1)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.Feature, Structure, $"the record at sector {at} uses entry {slot + 1}; only the first two have a meaning.");
            }

            if (entry.Type == MbrTypes.Unused)
            {
                throw new CorruptImageException(
                    CorruptKind.Inconsistent, Structure, $"the record at sector {at} has an entry of type 0 (unused) that claims {entry.SectorCount} sectors.");
            }

            bool isLink = MbrTypes.IsExtended(entry.Type);
            long first = (isLink ? extended.FirstSector : at) + (long)entry.FirstSector;
            RefuseOutside(extended, first, isLink ? 1 : entry.SectorCount, at);
            if (!isLink)
            {
                logicals.Add(new LogicalPartition(entry, first, at));
            }
            else
            {
                next = next is null
                    ? first
                    : throw new CorruptImageException(CorruptKind.Inconsistent, Structure, $"the record at sector {at} has two links.");
            }
        }

        return next;
    }

    private static void RefuseOutside(MbrEntry extended, long first, long count, long at)
    {
        long end = (long)extended.FirstSector + extended.SectorCount;
        if (first < extended.FirstSector || first > end - count)
        {
            throw CorruptImageException.OutOfRange(
                Structure,
                $"an entry of the record at sector {at}",
                $"[{first}, {first + count})",
                $"a place inside the extended partition, [{extended.FirstSector}, {end})");
        }
    }

    private static void RefuseRecordsInsideLogicals(List<LogicalPartition> logicals, List<ExtendedRecord> records)
    {
        foreach (LogicalPartition logical in logicals)
        {
            foreach (long record in records.Select(record => record.Sector))
            {
                if (record >= logical.FirstSector && record < logical.FirstSector + logical.Entry.SectorCount)
                {
                    throw new CorruptImageException(
                        CorruptKind.Overlap,
                        Structure,
                        $"the record at sector {record} lies inside the logical partition that begins at sector {logical.FirstSector}.");
                }
            }
        }
    }
}

/// <param name="Entry">As it stands in its EBR: its first sector is relative to <paramref name="RecordSector"/>.</param>
/// <param name="FirstSector">First sector on the disk.</param>
/// <param name="RecordSector">Where the EBR is.</param>
internal sealed record LogicalPartition(MbrEntry Entry, long FirstSector, long RecordSector);

/// <param name="Sector">Where it is on the disk.</param>
/// <param name="Raw">The sector itself.</param>
internal sealed record ExtendedRecord(long Sector, MbrSector Raw);
