using ImagePrep.Storage.Blocks;
using ImagePrep.Storage.Errors;
using ImagePrep.Storage.FileSystems.Fat.Checking;

namespace ImagePrep.Storage.FileSystems.Fat;

/// <summary>Checks a whole FAT file system without changing it: before it is edited, and the self-check of an image that was just written.</summary>
public static class FatCheck
{
    /// <summary>
    /// Verifies that the copies of the table are the same, that every chain is whole, as long as its file needs and used once, that no cluster is
    /// lost, and that names are complete and unique. Returns what is wrong, one sentence each; nothing for a sound file system.
    /// </summary>
    /// <exception cref="UnsupportedImageException">A version or layout that is not known.</exception>
    public static IReadOnlyList<string> Verify(IBlockReader device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Problems problems = new();
        problems.Try(() => new VolumeScan(FatVolume.Open(device), problems).Run());
        return problems.Found;
    }
}
