using ImagePrep.Golden;

namespace ImagePrep.Inspection;

/// <summary>What 'imageprep inspect' tells of an image.</summary>
/// <param name="Format">Format of the image file.</param>
/// <param name="FileBytes">Length of the image file.</param>
/// <param name="Table">The partition table.</param>
/// <param name="DiskId">Eight hexadecimal digits or a GUID; "" without a table.</param>
/// <param name="TableCopy">"primary" or "backup": which copy of a GPT was read; "only" for an MBR, or without a table.</param>
/// <param name="Partitions">In disk order.</param>
/// <param name="Guest">Null when no guest is recognised.</param>
/// <param name="Findings">The gravest first.</param>
public sealed record InspectionReport(
    string Format,
    long FileBytes,
    TableDescription Table,
    string DiskId,
    string TableCopy,
    IReadOnlyList<PartitionInspection> Partitions,
    GuestDescription? Guest,
    IReadOnlyList<Finding> Findings);

/// <param name="Number">Number in the table.</param>
/// <param name="Active">Marked active in an MBR.</param>
/// <param name="StartByte">First byte on the disk.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Granularity">Largest power of two, up to 1 MiB, that divides the start.</param>
/// <param name="Alignment">"aligned", "poor" or "harmful".</param>
/// <param name="Type">What the table says it is for.</param>
/// <param name="Content">Type as blkid prints it, or "".</param>
/// <param name="Uuid">Of the file system.</param>
/// <param name="Label">Of the file system.</param>
/// <param name="FreeBytes">Free in the file system.</param>
/// <param name="MountPoint">Where the guest mounts it, or "".</param>
/// <param name="Features">File system features.</param>
/// <param name="Refusal">Why it would be refused, or "".</param>
/// <param name="Variant">"FAT32" and the like, where the type alone does not tell; or "".</param>
public sealed record PartitionInspection(
    int Number,
    bool Active,
    long StartByte,
    long Bytes,
    int Granularity,
    string Alignment,
    string Type,
    string Content,
    string Uuid,
    string Label,
    long FreeBytes,
    string MountPoint,
    IReadOnlyList<string> Features,
    string Refusal,
    string Variant);

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

/// <param name="Severity">How much it matters.</param>
/// <param name="Id">Stable name.</param>
/// <param name="Where">Guest path, partition or table.</param>
/// <param name="Text">Why it matters.</param>
public sealed record Finding(FindingSeverity Severity, string Id, string Where, string Text);
