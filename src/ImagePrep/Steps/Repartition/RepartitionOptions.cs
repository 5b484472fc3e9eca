using ImagePrep.Storage.Partitions;

namespace ImagePrep.Steps.Repartition;

/// <summary>How the partitions of a base are to lie on the golden image.</summary>
public sealed record RepartitionOptions
{
    /// <summary>
    /// Every partition begins at a multiple of this many bytes. 1 MiB is what all current tools use: a multiple of every sector, flash page, RAID
    /// stripe and image cluster in use. Any multiple of 4 KiB is accepted.
    /// </summary>
    public int Boundary { get; init; } = Alignment.Recommended;

    /// <summary>Whether the boundary is one: a positive multiple of 4 KiB.</summary>
    public bool IsValid => Boundary > 0 && Boundary % Alignment.Minimum == 0;
}
