using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.Partitions.Gpt;
using ImagePrep.Storage.Partitions.Mbr;

namespace ImagePrep.Storage.Partitions;

/// <summary>
/// Where the partitions of a disk are. A value: reading never writes, and <see cref="Relocate"/> gives a new table whose bytes
/// <see cref="Serialize"/> returns. Every byte without a meaning here is kept.
/// </summary>
public abstract class PartitionTable
{
    private protected PartitionTable(PartitionScheme scheme, int sectorSize, long diskLength, IReadOnlyList<TableFinding> findings)
    {
        Scheme = scheme;
        SectorSize = sectorSize;
        DiskLength = diskLength;
        Findings = findings;
    }

    public PartitionScheme Scheme { get; }

    /// <summary>Bytes in a sector of this table: 512, or 4096 where a GPT proves it with its checksums.</summary>
    public int SectorSize { get; }

    /// <summary>Length of the disk in bytes.</summary>
    public long DiskLength { get; }

    /// <summary>Whole sectors on the disk.</summary>
    public long DiskSectors => DiskLength / SectorSize;

    /// <summary>Which copy the table was read from: a GPT has two.</summary>
    public virtual TableCopy ReadFrom => TableCopy.Only;

    /// <summary>What is odd but was coped with.</summary>
    public IReadOnlyList<TableFinding> Findings { get; }

    /// <summary>By number. A disk without a table is one partition, number 0, so that callers need no second way to a file system.</summary>
    public abstract IReadOnlyList<Partition> Partitions { get; }

    /// <summary>By place on the disk, which need not be the order of numbers. Extended partitions come before what they hold.</summary>
    public IEnumerable<Partition> InDiskOrder => Partitions.OrderBy(p => p.FirstSector).ThenBy(p => p.Number);

    /// <summary>The identity of the disk: eight hexadecimal digits or a GUID, as sfdisk's label-id; null without a table.</summary>
    public abstract string? DiskId { get; }

    /// <summary>The first sector a partition may take.</summary>
    public abstract long FirstUsableSector { get; }

    /// <summary>How many sectors the table needs at the end of the disk.</summary>
    public abstract long TailSectors { get; }

    /// <summary>The highest sector the table can express.</summary>
    public abstract long MaxSector { get; }

    /// <summary>The bytes of the disk that the table itself takes, in order.</summary>
    public abstract IReadOnlyList<ByteRange> TableRanges { get; }

    /// <summary>
    /// The runs after the first partition that belong neither to a partition nor to the table: what lies there is no one's, so it need not
    /// reach an output. The run before the first partition is not among them: boot loaders live there.
    /// </summary>
    public IReadOnlyList<ByteRange> UnclaimedRanges =>
        [.. DiskMap.Of(this).Where(segment => segment.Kind == DiskSegmentKind.Free).Select(segment => segment.Range)];

    /// <summary>Reads the table of a disk that must have one.</summary>
    /// <inheritdoc cref="Read(IBlockReader, Func{IBlockReader, string})" path="/exception"/>
    public static PartitionTable Read(IBlockReader disk) => Read(disk, _ => "");

    /// <summary>Reads the table of a disk. One without a table is a single partition when something is recognised on the whole of it.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="recognise">Names what begins at the first byte of a device; "" when nothing is known there.</param>
    /// <exception cref="UnsupportedImageException">No table and nothing recognised, or a table that is not handled.</exception>
    /// <exception cref="CorruptImageException">The table contradicts itself or the disk.</exception>
    public static PartitionTable Read(IBlockReader disk, Func<IBlockReader, string> recognise)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(recognise);
        if (disk.Length < MbrSector.Size)
        {
            throw CorruptImageException.Truncated("disk", MbrSector.Size, disk.Length);
        }

        MbrSector mbr = MbrSector.Read(disk, 0);
        if (mbr.LooksLikeTable && ProtectiveMbr.IsProtective(mbr))
        {
            return GptReader.Read(disk, mbr);
        }

        if (mbr.LooksLikeTable && mbr.Entries.Any(entry => !entry.IsEmpty))
        {
            return ReadMbr(disk, mbr);
        }

        return recognise(disk).Length > 0
            ? new WholeDiskTable(disk.Length)
            : throw new UnsupportedImageException(
                UnsupportedKind.Format,
                "disk",
                $"no partition table and no file system was found; {DiskContent.Describe(disk)}. "
                + "Is this the image of a Linux disk, and is its format (raw, qcow2) the declared one?");
    }

    /// <summary>The same partitions at other places, on a disk of perhaps another length. Numbers, sizes and all else are kept.</summary>
    /// <param name="firstSectors">New first sector by partition number; partitions not named stay.</param>
    /// <param name="diskLength">New length of the disk in bytes: never less than it was.</param>
    /// <exception cref="ArgumentException">A place is outside the usable sectors, or two partitions would overlap.</exception>
    /// <exception cref="UnsupportedImageException">The table can be read but not be rewritten, or cannot express a place.</exception>
    public PartitionTable Relocate(IReadOnlyDictionary<int, long> firstSectors, long diskLength)
    {
        ArgumentNullException.ThrowIfNull(firstSectors);
        ArgumentOutOfRangeException.ThrowIfLessThan(diskLength, DiskLength);
        EnsureRewritable();
        CheckExpressible(firstSectors);
        PartitionTable moved = RelocateChecked(firstSectors, diskLength);
        return moved.DescribeMisplaced() is string misplaced ? throw new ArgumentException(misplaced, nameof(firstSectors)) : moved;
    }

    /// <exception cref="UnsupportedImageException">The table can be read but not be rewritten; the message says why.</exception>
    public virtual void EnsureRewritable()
    {
    }

    /// <summary>The same table with zeros where no reader looks: entries not in use, what follows the fields of a structure. Places are kept.</summary>
    public abstract PartitionTable WithoutRemains();

    /// <summary>The bytes of the whole table, in disk order.</summary>
    public abstract IReadOnlyList<TableBytes> Serialize();

    private protected abstract PartitionTable RelocateChecked(IReadOnlyDictionary<int, long> firstSectors, long diskLength);

    private protected static void RefuseOverlaps(string structure, IEnumerable<Partition> partitions)
    {
        Partition? before = null;
        foreach (Partition partition in partitions.OrderBy(p => p.FirstSector))
        {
            if (before is not null && partition.FirstSector <= before.LastSector)
            {
                throw new CorruptImageException(
                    CorruptKind.Overlap,
                    structure,
                    $"{before} ends at sector {before.LastSector}, {partition} begins at sector {partition.FirstSector}. "
                    + "Correct the table in the base image first.");
            }

            before = partition;
        }
    }

    private protected static void RefuseBeyondEnd(string structure, string what, long firstSector, long sectorCount, long diskSectors)
    {
        if (firstSector > diskSectors || sectorCount > diskSectors - firstSector)
        {
            throw new CorruptImageException(
                CorruptKind.Truncated,
                structure,
                $"{what} takes {sectorCount} sectors from {firstSector} on, but the disk has only {diskSectors}. "
                + "The image may be cut off; copy it again.");
        }
    }

    private void CheckExpressible(IReadOnlyDictionary<int, long> firstSectors)
    {
        foreach (Partition partition in Partitions)
        {
            long last = firstSectors.GetValueOrDefault(partition.Number, partition.FirstSector) + partition.SectorCount - 1;
            if (last > MaxSector)
            {
                throw new UnsupportedImageException(
                    UnsupportedKind.Limit,
                    $"{Scheme}",
                    $"{partition} would end at sector {last}; this table cannot express more than {MaxSector}. Convert the base image to GPT.");
            }
        }
    }

    /// <summary>Logical partitions follow each other inside their extended one, all others on the disk; null when they do.</summary>
    private string? DescribeMisplaced()
    {
        ByteRange usable = ByteRange.FromBounds(FirstUsableSector * SectorSize, (DiskSectors - TailSectors) * SectorSize);
        ByteRange[] frames = [.. Partitions.Where(p => p.Kind == PartitionKind.Extended).Select(p => p.Range)];
        foreach (IGrouping<bool, Partition> level in Partitions.GroupBy(p => p.Kind == PartitionKind.Logical))
        {
            long free = 0;
            foreach (Partition partition in level.OrderBy(p => p.FirstSector))
            {
                bool isInside = level.Key ? frames.Any(frame => frame.Contains(partition.Range)) : usable.Contains(partition.Range);
                if (!isInside || partition.FirstSector < free)
                {
                    return $"{partition} cannot begin at sector {partition.FirstSector}: sectors from {free} on are free, and the disk has {DiskSectors}.";
                }

                free = partition.LastSector + 1;
            }
        }

        return null;
    }

    private static MbrTable ReadMbr(IBlockReader disk, MbrSector mbr)
    {
        if (GptReader.FindStrayHeader(disk) is long offset)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Ambiguous,
                "MBR",
                $"a sound GPT header was found at byte {offset}, but the MBR has no protective entry: two tables claim the disk. "
                + "Remove the one that is out of date (wipefs, or gdisk's expert menu).");
        }

        return MbrTable.Read(disk, mbr);
    }
}
