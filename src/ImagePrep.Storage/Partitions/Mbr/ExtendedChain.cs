using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;

namespace ImagePrep.Storage.Partitions.Mbr;

/// <summary>
/// The logical partitions of an extended one: a chain of extended boot records (EBRs), each an MBR-like sector with a logical partition and a
/// link. Two origins: a logical partition is counted from its own EBR, a link from the first sector of the extended partition.
/// </summary>
internal sealed record ExtendedChain(IReadOnlyList<LogicalPartition> Logicals, IReadOnlyList<long> RecordSectors, bool IsUnsigned)
{
    /// <summary>Linux numbers at most 255 partitions on a disk, so a longer chain is of no use to a guest. Loops end here at the latest.</summary>
    public const int MaxRecords = 256;

    private const string Structure = "EBR";

    public static ExtendedChain Read(IBlockReader disk, MbrEntry extended)
    {
        List<LogicalPartition> logicals = [];
        List<long> records = [];
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
                    ? new ExtendedChain([], [], IsUnsigned: true)
                    : throw new CorruptImageException(CorruptKind.BadMagic, Structure, $"the record at sector {at} does not end in 55 AA.");
            }

            records.Add(at);
            sector = ReadRecord(record, at, extended, logicals);
        }

        RefuseRecordsInsideLogicals(logicals, records);
        return new ExtendedChain(logicals, records, IsUnsigned: false);
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
                logicals.Add(new LogicalPartition(entry, record.RawEntry(slot), first, at));
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

    private static void RefuseRecordsInsideLogicals(List<LogicalPartition> logicals, List<long> records)
    {
        foreach (LogicalPartition logical in logicals)
        {
            foreach (long record in records)
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
/// <param name="RawEntry">Its 16 bytes.</param>
/// <param name="FirstSector">First sector on the disk.</param>
/// <param name="RecordSector">Where the EBR is.</param>
internal sealed record LogicalPartition(MbrEntry Entry, ReadOnlyMemory<byte> RawEntry, long FirstSector, long RecordSector);
