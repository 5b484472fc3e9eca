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

    /// <exception cref="ArgumentOutOfRangeException">A boundary that is not a positive multiple of 4 KiB.</exception>
    public void Validate()
    {
        if (Boundary <= 0 || Boundary % Alignment.Minimum != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(Boundary), Boundary, $"The boundary must be a positive multiple of {Alignment.Minimum} bytes.");
        }
    }
}
