namespace ImagePrep.Storage.Partitions;

/// <summary>How a disk says where its partitions are.</summary>
public enum PartitionScheme
{
    /// <summary>No table: one file system fills the disk from its first byte, as Alpine's BIOS cloud images have it.</summary>
    None,

    /// <summary>The PC's master boot record: four primary partitions, one of which may be extended.</summary>
    Mbr,

    /// <summary>The GUID partition table of UEFI.</summary>
    Gpt,
}
