using ImagePrep.Storage.Errors;

namespace ImagePrep.Initramfs;

/// <summary>What may still be expanded: a few KiB can claim to hold gigabytes.</summary>
internal sealed class ExpansionBudget(long total)
{
    private long _together = total;
    private long _archive;

    public static ExpansionBudget ForGuest() => new(InitramfsLimits.MaxExpandedTogether);

    /// <summary>From here on the next archive is expanded.</summary>
    public void StartArchive() => _archive = Math.Min(InitramfsLimits.MaxExpanded, _together);

    /// <exception cref="UnsupportedImageException">Nothing is left of it.</exception>
    public void Take(int bytes)
    {
        _together -= bytes;
        _archive -= bytes;
        if (_archive < 0)
        {
            throw new UnsupportedImageException(
                UnsupportedKind.Limit,
                "initramfs",
                $"it expands to more than {InitramfsLimits.MaxExpanded} bytes, or all of them to more than {InitramfsLimits.MaxExpandedTogether}.");
        }
    }
}
