using ImagePrep.Golden;

namespace ImagePrep.Inspection;

/// <summary>What 'imageprep inspect' tells of an image.</summary>
/// <param name="Format">Format of the image file.</param>
/// <param name="FileBytes">Length of the image file.</param>
/// <param name="Backing">The files it lies on, down to the base; none for an image that stands alone.</param>
/// <param name="Table">The partition table.</param>
/// <param name="DiskId">Eight hexadecimal digits or a GUID; "" without a table.</param>
/// <param name="TableCopy">"primary" or "backup": which copy of a GPT was read; "only" for an MBR, or without a table.</param>
/// <param name="Partitions">In disk order.</param>
/// <param name="Realigned">Where the repartition step would put them; null when it would move nothing, or refuses the disk.</param>
/// <param name="Guest">Null when no guest is recognised.</param>
/// <param name="Findings">The gravest first.</param>
public sealed record InspectionReport(
    string Format,
    long FileBytes,
    IReadOnlyList<BackingFile> Backing,
    TableDescription Table,
    string DiskId,
    string TableCopy,
    IReadOnlyList<PartitionInspection> Partitions,
    RealignedDisk? Realigned,
    GuestDescription? Guest,
    IReadOnlyList<Finding> Findings);

/// <summary>A file below an overlay.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Format">"qcow2" or "raw".</param>
/// <param name="FileBytes">Length of the file.</param>
public sealed record BackingFile(string Name, string Format, long FileBytes);

/// <summary>The disk as the repartition step would leave it, with the boundary it has by default.</summary>
/// <param name="DiskBytes">Length of the disk.</param>
/// <param name="Partitions">In disk order.</param>
public sealed record RealignedDisk(long DiskBytes, IReadOnlyList<RealignedPartition> Partitions);

/// <summary>A partition in its new place; everything else of it stays.</summary>
/// <param name="Number">Number in the table.</param>
/// <param name="StartByte">First byte on the disk.</param>
/// <param name="Bytes">Length: what an extended partition spans may change, all others keep it.</param>
public sealed record RealignedPartition(int Number, long StartByte, long Bytes);

/// <summary>A partition and what is in it.</summary>
/// <param name="Number">Number in the table; 0 is the whole disk.</param>
/// <param name="Kind">"primary", "extended" or "logical".</param>
/// <param name="Active">Marked active in an MBR.</param>
/// <param name="StartByte">First byte on the disk.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Granularity">Largest power of two, up to 1 MiB, that divides the start.</param>
/// <param name="Alignment">"aligned", "poor" or "harmful".</param>
/// <param name="Type">What the table says it is for.</param>
/// <param name="Name">Its label in a GPT, or "".</param>
/// <param name="PartitionUuid">What PARTUUID= names, or "".</param>
/// <param name="Content">Type as blkid prints it, or "" when nothing is recognised.</param>
/// <param name="Variant">"FAT32" and the like, where the type alone does not tell; or "".</param>
/// <param name="Uuid">What UUID= names: of the content, as blkid prints it; or "".</param>
/// <param name="Label">What LABEL= names, or "".</param>
/// <param name="FreeBytes">Free in the file system.</param>
/// <param name="MountPoint">Where the guest mounts it, or "".</param>
/// <param name="Features">File system features.</param>
/// <param name="Refusal">Why preparing would refuse its file system, or "".</param>
public sealed record PartitionInspection(
    int Number,
    string Kind,
    bool Active,
    long StartByte,
    long Bytes,
    int Granularity,
    string Alignment,
    string Type,
    string Name,
    string PartitionUuid,
    string Content,
    string Variant,
    string Uuid,
    string Label,
    long FreeBytes,
    string MountPoint,
    IReadOnlyList<string> Features,
    string Refusal);

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>Clones of this image would share it, or run badly with it.</summary>
    Unsafe,

    /// <summary>ImagePrep would refuse the image for it.</summary>
    Refused,
}

/// <summary>Something to know about an image.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Id">Stable name of the kind of finding.</param>
/// <param name="Where">Guest path with the line that says it, partition or table.</param>
/// <param name="Text">Why it matters.</param>
public sealed record Finding(FindingSeverity Severity, string Id, string Where, string Text);
