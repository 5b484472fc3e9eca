using ImagePrep.Storage.Blocks;

namespace ImagePrep.Storage.Partitions;

/// <summary>Where a partition stands in its table.</summary>
public enum PartitionKind
{
    /// <summary>One of the four of an MBR, any of a GPT, or the whole disk.</summary>
    Primary,

    /// <summary>The MBR entry that only holds logical partitions. Its content is its logicals', not its own.</summary>
    Extended,

    /// <summary>A partition inside an extended one, numbered from 5.</summary>
    Logical,
}

/// <summary>One partition as its table describes it. Sectors are those of the table (<see cref="SectorSize"/> bytes each).</summary>
public sealed record Partition
{
    /// <summary>The N of /dev/sdaN. It follows the place in the table, not on the disk, and is never changed. 0 is the whole disk.</summary>
    public required int Number { get; init; }

    public required PartitionKind Kind { get; init; }

    public required PartitionType Type { get; init; }

    public required int SectorSize { get; init; }

    public required long FirstSector { get; init; }

    public required long SectorCount { get; init; }

    /// <summary>MBR only: the status byte is 0x80.</summary>
    public bool IsActive { get; init; }

    /// <summary>GPT only: the attribute bits of the entry; bit 2 is "legacy BIOS bootable".</summary>
    public ulong Attributes { get; init; }

    /// <summary>GPT only: the partition's label in the table.</summary>
    public string? Name { get; init; }

    /// <summary>GPT only: the GUID that PARTUUID= names.</summary>
    public Guid? UniqueId { get; init; }

    /// <summary>The entry as it stands on the disk, bytes without a meaning here included. Empty for the whole disk.</summary>
    public required ReadOnlyMemory<byte> RawEntry { get; init; }

    /// <summary>The last sector that belongs to the partition.</summary>
    public long LastSector => FirstSector + SectorCount - 1;

    /// <summary>Where the partition is on its disk, in bytes.</summary>
    public ByteRange Range => new(FirstSector * SectorSize, SectorCount * SectorSize);

    public Alignment Alignment => Alignment.OfOffset(FirstSector * SectorSize);

    public override string ToString() => $"partition {Number} ({Type})";
}
