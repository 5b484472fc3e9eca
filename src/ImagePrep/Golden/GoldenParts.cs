using ImagePrep.Catalog;
using ImagePrep.Guests;
using ImagePrep.Guests.DeviceOrder;
using ImagePrep.Recipes;
using ImagePrep.Steps;
using ImagePrep.Steps.Repartition.BootLoaders;
using ImagePrep.Storage.Disks.Output;
using ImagePrep.Storage.FileSystems;

namespace ImagePrep.Golden;

/// <summary>Everything that a golden image and its document are made from.</summary>
internal sealed record GoldenParts
{
    public required Recipe Recipe { get; init; }

    public required UnixTime WriteTime { get; init; }

    public required TableDescription TableBefore { get; init; }

    public required GuestDisk Disk { get; init; }

    public required GuestStepContext Context { get; init; }

    /// <summary>Catalog files that were added to the built-in ones.</summary>
    public required IReadOnlyList<AddedCatalog> Catalogs { get; init; }

    /// <summary>What the guest names by the order of disks.</summary>
    public required IReadOnlyList<DeviceOrderReference> DeviceOrder { get; init; }

    /// <summary>What stays out of the image; null when the recipe asks for none of that.</summary>
    public required DiskErasure? Erasure { get; init; }

    /// <summary>What GRUB loads from the disk as it was before edits.</summary>
    public required GrubCores Grubs { get; init; }

    public required OutputCompression Compression { get; init; }

    public required IReadOnlyList<(string Name, StepOutcome Outcome)> Outcomes { get; init; }
}
