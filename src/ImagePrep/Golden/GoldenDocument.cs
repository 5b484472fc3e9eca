using ImagePrep.Catalog;
using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;

namespace ImagePrep.Golden;

/// <summary>
/// golden.json: what a golden image is made of and where its slots are. Deterministic like the image: no clock, host name or path of the host is in it.
/// </summary>
public sealed record GoldenDocument
{
    /// <summary>Raised when a field changes its meaning; readers refuse what they do not know.</summary>
    public const int CurrentSchema = 1;

    public required int Schema { get; init; }

    public required ToolDescription Tool { get; init; }

    public required BaseDescription Base { get; init; }

    public required RecipeDescription Recipe { get; init; }

    /// <summary>Catalog files that a user added to the built-in ones; absent when there are none.</summary>
    public IReadOnlyList<AddedCatalog>? Catalogs { get; init; }

    public required GuestDescription Guest { get; init; }

    /// <summary>How nodes treat their seed and make keys; absent when the recipe does not ask for it.</summary>
    public NodeEntropyDescription? NodeEntropy { get; init; }

    /// <summary>The time that edited inodes carry, in seconds since 1970: SOURCE_DATE_EPOCH or the base's own last write.</summary>
    public required long WriteTime { get; init; }

    public required TableDescription TableBefore { get; init; }

    public required TableDescription TableAfter { get; init; }

    public required IReadOnlyList<StepDescription> Steps { get; init; }

    public required IReadOnlyList<Steps.RemovedSecret> RemovedSecrets { get; init; }

    /// <summary>What stays in the image because no edit of an image at rest can put it right.</summary>
    public IReadOnlyList<Steps.ReportedItem> Reported { get; init; } = [];

    /// <summary>Places in the guest that name a disk by its order, left as they are: they hold only where the disk is found as it was on the base.</summary>
    public IReadOnlyList<DeviceOrderReference> DeviceOrder { get; init; } = [];

    /// <summary>What was kept out of the image; absent when the recipe says not to.</summary>
    public ErasureDescription? Erased { get; init; }

    public required IReadOnlyList<SlotDescription> Slots { get; init; }

    public required GoldenFileDescription Golden { get; init; }
}

public sealed record ToolDescription(string Name, string Version);

/// <param name="Format">"qcow2", "raw", "vhd", "vhdx", "vmdk" or "vdi".</param>
/// <param name="FileBytes">Length of the base file.</param>
/// <param name="VirtualBytes">Length of the disk it holds.</param>
/// <param name="Sha256">Of the base file as it was given, not of what it was converted to.</param>
/// <param name="Converter">Version line of the program that converted it; absent when it was read as it is.</param>
/// <param name="Backing">When the base is an overlay: the files below it, down to the one that stands alone; absent otherwise.</param>
public sealed record BaseDescription(
    string Format, long FileBytes, long VirtualBytes, string Sha256, string? Converter = null, IReadOnlyList<BackingDescription>? Backing = null);

/// <param name="Format">"qcow2" or "raw".</param>
/// <param name="FileBytes">Length of the file.</param>
/// <param name="Sha256">Of the file.</param>
public sealed record BackingDescription(string Format, long FileBytes, string Sha256);

/// <param name="Name">The recipe's own name.</param>
/// <param name="Sha256">Of its text.</param>
public sealed record RecipeDescription(string Name, string Sha256);

/// <param name="Id">os-release ID.</param>
/// <param name="Version">os-release VERSION_ID, or "".</param>
/// <param name="Name">For people.</param>
/// <param name="Init">Init system that boots it.</param>
/// <param name="InitVersion">Its version, or 0.</param>
/// <param name="Features">What else keys and identities depend on.</param>
public sealed record GuestDescription(string Id, string Version, string Name, string Init, int InitVersion, GuestFeatures? Features = null);

/// <param name="Scheme">"mbr", "gpt" or "none".</param>
/// <param name="SectorSize">Bytes.</param>
/// <param name="DiskBytes">Length of the disk.</param>
/// <param name="Partitions">In table order.</param>
public sealed record TableDescription(string Scheme, int SectorSize, long DiskBytes, IReadOnlyList<PartitionDescription> Partitions);

/// <param name="Number">Number in the table.</param>
/// <param name="Type">As the table has it: two hexadecimal digits, or a GUID.</param>
/// <param name="TypeName">What that means.</param>
/// <param name="FirstSector">Where it begins.</param>
/// <param name="SectorCount">How long it is.</param>
/// <param name="Aligned">On a 1 MiB boundary.</param>
/// <param name="Content">Type name as blkid prints it, or "".</param>
/// <param name="Recovery">What a machine that was not shut down had left undone, such as "3 journal transactions"; "" for nothing.</param>
public sealed record PartitionDescription(
    int Number, string Type, string TypeName, long FirstSector, long SectorCount, bool Aligned, string Content, string Recovery);

/// <param name="Name">Step name.</param>
/// <param name="Result">"changed", "alreadyDone" or "notApplicable".</param>
/// <param name="Reason">Why not, or a remark.</param>
/// <param name="Changes">Guest paths and what happened to them.</param>
/// <param name="Patches">Numbers on the disk, outside files and tables, that follow a move; absent when there are none.</param>
public sealed record StepDescription(
    string Name, string Result, string Reason, IReadOnlyList<ChangeDescription> Changes, IReadOnlyList<Steps.SectorPatch>? Patches = null);

public sealed record ChangeDescription(string Path, string Change);

/// <param name="UnclaimedBytes">Bytes between partitions that were not copied.</param>
/// <param name="Partitions">Partitions with anything unused.</param>
public sealed record ErasureDescription(long UnclaimedBytes, IReadOnlyList<PartitionErasureDescription> Partitions);

/// <param name="Number">Partition number.</param>
/// <param name="UnusedBytes">Bytes that were not copied: free space, an emptied journal, swapped-out memory.</param>
/// <param name="DeletedNodes">Inodes of deleted files that were overwritten with zeros.</param>
/// <param name="DeletedNames">Places in directories where bytes of removed names were overwritten with zeros.</param>
public sealed record PartitionErasureDescription(int Number, long UnusedBytes, long DeletedNodes, long DeletedNames);

/// <param name="Name">Slot name.</param>
/// <param name="Path">Guest path.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Ranges">Where its bytes are on the guest disk, in file order.</param>
/// <param name="PlaceholderSha256">Of what the golden image holds there; checked before anything is stamped.</param>
public sealed record SlotDescription(string Name, string Path, int Length, IReadOnlyList<RangeDescription> Ranges, string PlaceholderSha256);

/// <summary>Bytes of the guest disk.</summary>
public sealed record RangeDescription(long Start, long Length);

/// <param name="File">Name of the file beside golden.json.</param>
/// <param name="Format">"qcow2" or "raw".</param>
/// <param name="VirtualBytes">Length of the disk.</param>
/// <param name="Sha256">Of the file.</param>
public sealed record GoldenFileDescription(string File, string Format, long VirtualBytes, string Sha256);
