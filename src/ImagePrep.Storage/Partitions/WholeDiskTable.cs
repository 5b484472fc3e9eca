using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Partitions;

/// <summary>The table of a disk that has none: the file system begins at the first byte.</summary>
internal sealed class WholeDiskTable : PartitionTable
{
    private const int DefaultSectorSize = 512;

    public WholeDiskTable(long diskLength)
        : base(PartitionScheme.None, DefaultSectorSize, diskLength, findings: [])
    {
        Partitions =
        [
            new Partition
            {
                Number = 0,
                Kind = PartitionKind.Primary,
                Type = PartitionType.WholeDisk,
                SectorSize = SectorSize,
                FirstSector = 0,
                SectorCount = DiskSectors,
                RawEntry = ReadOnlyMemory<byte>.Empty,
            },
        ];
    }

    public override IReadOnlyList<Partition> Partitions { get; }

    public override string? DiskId => null;

    public override long FirstUsableSector => 0;

    public override long TailSectors => 0;

    public override long MaxSector => long.MaxValue / SectorSize;

    public override IReadOnlyList<ByteRange> TableRanges => [];

    public override PartitionTable WithoutRemains() => this;

    public override IReadOnlyList<TableBytes> Serialize() => [];

    /// <summary>A grown disk is a larger "partition" here; the file system inside keeps its own idea of its size.</summary>
    private protected override PartitionTable RelocateChecked(IReadOnlyDictionary<int, long> firstSectors, long diskLength) =>
        firstSectors.Values.Any(sector => sector != 0)
            ? throw new ArgumentException("A file system on the whole disk cannot be moved.", nameof(firstSectors))
            : new WholeDiskTable(diskLength);
}
